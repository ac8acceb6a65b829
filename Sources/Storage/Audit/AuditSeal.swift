import Crypto

/// Numbers and chains audit records inside the transaction that carries them.
enum AuditSeal {
    /// Rows per statement; descending, so that any count needs few statements and few distinct texts.
    private static let widths = [64, 8, 1]

    /// Takes consecutive numbers from `audit_head` and inserts the records.
    ///
    /// The row is locked here and only here, at the very end of the transaction, so that other nodes wait for no more
    /// than the commit.
    static func seal(_ records: [AuditRecord], on session: any EngineSession) throws(EngineFailure) {
        guard !records.isEmpty else { return }
        let rows = try session.query(
            "UPDATE audit_head SET seq = seq + ? WHERE id = 1 RETURNING seq, chain_hash",
            [.integer(Int64(records.count))])
        guard let row = rows.first, row.values.count == 2,
            case .integer(let last) = row.values[0], case .blob(let chain) = row.values[1]
        else {
            throw EngineFailure(error: .corrupt("The audit head is missing."))
        }
        var seq = last - Int64(records.count)
        var link = AuditLink(chain: chain)
        var arguments: [[SQLValue]] = []
        arguments.reserveCapacity(records.count)
        for record in records {
            seq += 1
            link = AuditLink(record, seq: seq, after: link.chain)
            arguments.append([
                .integer(seq), .text(record.id), .text(record.platform), .integer(record.at), .text(record.actor),
                .text(record.kind), .text(record.subject), .text(record.payload), .blob(link.leaf), .blob(link.chain),
            ])
        }
        var next = 0
        for width in widths {
            while arguments.count - next >= width {
                _ = try session.execute(insertion[width] ?? "", Array(arguments[next..<(next + width)].joined()))
                next += width
            }
        }
        _ = try session.execute("UPDATE audit_head SET chain_hash = ? WHERE id = 1", [.blob(link.chain)])
    }

    private static let insertion: [Int: String] = Dictionary(
        uniqueKeysWithValues: widths.map { width in
            let row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            let columns = "seq, id, platform, at, actor, kind, subject, payload, leaf_hash, chain_hash"
            let values = Array(repeating: row, count: width).joined(separator: ", ")
            return (width, "INSERT INTO audit_event (\(columns)) VALUES \(values)")
        })
}

/// The two hashes of one audit event.
///
/// `leaf = SHA256(0x00 ‖ fields)`, each field as its length in 8 bytes (big endian) and its bytes, in the order seq, id,
/// platform, at, actor, kind, subject, payload, numbers in 8 bytes; `chain = SHA256(0x01 ‖ previous chain ‖ leaf)`. The
/// prefixes are those of RFC 6962, section 2.1, so that a leaf never passes for a node.
struct AuditLink: Hashable, Sendable {
    /// The chain before the first event: no bytes.
    static let genesis: [UInt8] = []

    var leaf: [UInt8] = []
    var chain: [UInt8]

    init(chain: [UInt8]) {
        self.chain = chain
    }

    init(_ record: AuditRecord, seq: Int64, after previous: [UInt8]) {
        var bytes: [UInt8] = [0x00]
        bytes.reserveCapacity(256 + record.payload.utf8.count)
        Self.append(seq, to: &bytes)
        Self.append(record.id, to: &bytes)
        Self.append(record.platform, to: &bytes)
        Self.append(record.at, to: &bytes)
        Self.append(record.actor, to: &bytes)
        Self.append(record.kind, to: &bytes)
        Self.append(record.subject, to: &bytes)
        Self.append(record.payload, to: &bytes)
        leaf = Array(SHA256.hash(data: bytes))
        chain = Array(SHA256.hash(data: [0x01] + previous + leaf))
    }

    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        appendLength(8, to: &bytes)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        appendLength(text.utf8.count, to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func appendLength(_ length: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(length).bigEndian) { bytes.append(contentsOf: $0) }
    }
}
