/// Checks that the audit log is what was written: nothing altered, removed, added or put in another order.
///
/// The chain shows tampering by anyone who cannot also rewrite every later event and the head; a head that was published
/// or kept elsewhere shows that too.
public enum AuditChain {
    /// Where the log stood at a time.
    public struct Head: Hashable, Sendable {
        /// The number of the last event, 0 before the first.
        public var seq: Int64
        /// Its chain hash, 32 bytes; empty before the first.
        public var hash: [UInt8]

        public init(seq: Int64, hash: [UInt8]) {
            self.seq = seq
            self.hash = hash
        }
    }

    public enum Verdict: Hashable, Sendable {
        case intact(Head)
        /// The first number at which the log is not what was written.
        case broken(seq: Int64, Flaw)
    }

    public enum Flaw: String, Hashable, Sendable, CaseIterable {
        /// There is no event of this number, though there are later ones or the head says so.
        case missing
        /// The event's fields do not give its hash.
        case altered
        /// The event's hash does not follow from the one before.
        case unlinked
        /// The log goes on after what the head says.
        case beyondHead
        /// The last event's hash is not the head's.
        case headDiffers
    }

    private static let batch = 1_000

    /// The head as it stands.
    public static func head(_ connection: any SQLConnection) throws(StoreError) -> Head {
        guard let row = try connection.query("SELECT seq, chain_hash FROM audit_head WHERE id = 1").first else {
            throw .corrupt("The audit head is missing.")
        }
        return Head(seq: try row.integer(0), hash: try row.blob(1))
    }

    /// Reads the log from its first event and hashes it anew, a thousand events at a time, up to the head of the moment
    /// of the call. Events that are committed meanwhile are left to the next check.
    public static func verify(_ database: any Database) async throws -> Verdict {
        let (head, last) = try await database.read { connection -> (Head, Int64) in
            let last = try connection.query("SELECT COALESCE(MAX(seq), 0) FROM audit_event").first?.integer(0) ?? 0
            return (try Self.head(connection), last)
        }
        var reached = Head(seq: 0, hash: AuditLink.genesis)
        while reached.seq < head.seq {
            let from = reached
            let step = try await database.read { connection in try follow(connection, from, upTo: head.seq) }
            guard case .intact(let next) = step else { return step }
            reached = next
        }
        if last > head.seq { return .broken(seq: head.seq + 1, .beyondHead) }
        return reached.hash == head.hash ? .intact(head) : .broken(seq: head.seq, .headDiffers)
    }

    private static func follow(_ connection: any SQLConnection, _ from: Head, upTo end: Int64) throws -> Verdict {
        let rows = try connection.query(
            """
            SELECT seq, id, platform, at, actor, kind, subject, payload, leaf_hash, chain_hash FROM audit_event
            WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?
            """, [.integer(from.seq), .integer(end), .int(batch)])
        var reached = from
        for row in rows {
            let expected = reached.seq + 1
            guard try row.integer(0) == expected else { return .broken(seq: expected, .missing) }
            let record = AuditRecord(
                id: try row.text(1), platform: try row.text(2), at: try row.integer(3), actor: try row.text(4),
                kind: try row.text(5), subject: try row.text(6), payload: try row.text(7))
            let link = AuditLink(record, seq: expected, after: reached.hash)
            guard try row.blob(8) == link.leaf else { return .broken(seq: expected, .altered) }
            guard try row.blob(9) == link.chain else { return .broken(seq: expected, .unlinked) }
            reached = Head(seq: expected, hash: link.chain)
        }
        return rows.isEmpty ? .broken(seq: from.seq + 1, .missing) : .intact(reached)
    }
}
