import Crypto

/// One step of the schema. Once released its text never changes; a test pins the digest of each.
///
/// The SQL is written once, in the words of SQLite: `INTEGER`, `REAL`, `TEXT` and `BLOB`. Each element of `sql` is one
/// statement.
public struct Migration: Sendable {
    public let number: Int
    public let name: String
    public let sql: [String]

    public init(number: Int, name: String, sql: [String]) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// SHA-256 of the number, the name and the statements, in lower-case hexadecimal.
    public var digest: String {
        let text = ([String(number), name] + sql).joined(separator: "\u{1F}")
        return SHA256.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Every migration of this binary, oldest first. Append only.
    public static let all: [Migration] = [.foundation, .recognition]
}
