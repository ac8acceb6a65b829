import Glibc
import Moderation

/// The lines of a file, read in pieces; never more than one line in memory.
struct TextLines: ~Copyable {
    /// A ten-hour video's frames in one line are about four million bytes.
    static let limit = 16 << 20

    private let descriptor: Int32
    private var piece = [UInt8](repeating: 0, count: 1 << 16)
    private var filled = 0
    private var position = 0
    private var isAtEnd = false

    /// Reads from the beginning of an open file, which is closed in the end.
    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    enum Line {
        case text(String)
        /// Not UTF-8, or over the limit.
        case unusable(String)

        /// Bytes that are held for it.
        var count: Int {
            switch self {
            case .text(let text): text.utf8.count
            case .unusable: 0
            }
        }
    }

    /// The next line without its line break; `nil` at the end.
    mutating func next() throws -> Line? {
        var bytes: [UInt8] = []
        var tooLong = false
        var sawAny = false
        while true {
            if position == filled {
                try fill()
                if isAtEnd { break }
            }
            sawAny = true
            let rest = piece[position..<filled]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            if bytes.count + rest.count > Self.limit {
                tooLong = true
                bytes = []
            } else if !tooLong {
                bytes.append(contentsOf: rest[..<(end ?? filled)])
            }
            position = end.map { $0 + 1 } ?? filled
            if end != nil { break }
        }
        guard sawAny else { return nil }
        if tooLong { return .unusable("The line is over \(Self.limit) bytes.") }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else { return .unusable("The line is not UTF-8.") }
        return .text(text)
    }

    private mutating func fill() throws {
        var count: Int
        repeat {
            count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            throw Refusal(.unavailable, code: "spool_unavailable", "The list cannot be read back from the spool.")
        }
        position = 0
        filled = count
        isAtEnd = count == 0
    }
}
