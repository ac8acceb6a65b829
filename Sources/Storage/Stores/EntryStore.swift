public import Moderation

/// Bank entries.
public struct EntryStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    private static let columns = """
        id, bank, platform, identity, labels, note, source, source_reference, proposer, approver, state, state_reason,
        created_at, version
        """

    /// Adds an entry and answers `true`, or answers `false` where the bank holds the same thing already.
    public func insert(_ entry: BankEntry) throws -> Bool {
        let inserted = try connection.execute(
            """
            INSERT INTO bank_entry (id, bank, platform, identity, labels, note, source, source_reference, proposer,
                approver, state, state_reason, created_at, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                .id(entry.id), .id(entry.bank), .id(entry.platform), .text(entry.identity),
                .text(try StoredJSON.encode(entry.labels)), .optional(entry.note),
                .text(entry.provenance.source.rawValue), .optional(entry.provenance.reference),
                .text(entry.proposer.text), .optional(entry.state.approver?.text), .text(entry.state.name),
                .optional(entry.state.reason), .time(entry.createdAt), .number(entry.version),
            ])
        return inserted == 1
    }

    /// Stores a changed entry, whose version is one more than the stored one's; anything else is a conflict.
    public func update(_ entry: BankEntry) throws {
        let changed = try connection.execute(
            """
            UPDATE bank_entry SET approver = ?, state = ?, state_reason = ?, version = ? WHERE id = ? AND version = ?
            """,
            [
                .optional(entry.state.approver?.text), .text(entry.state.name), .optional(entry.state.reason),
                .number(entry.version), .id(entry.id), .number(entry.version - 1),
            ])
        guard changed == 1 else {
            throw StoreError.conflict("Entry \(entry.id) changed since it was read; reload and try again.")
        }
    }

    /// The entry, if it is in that very bank: an entry is never reached through another bank's path.
    public func entry(_ id: ID<BankEntry>, in bank: ID<Bank>) throws -> BankEntry? {
        try connection.query(
            "SELECT \(Self.columns) FROM bank_entry WHERE id = ? AND bank = ?", [.id(id), .id(bank)]
        ).first.map(Self.entry)
    }

    /// The entry of the bank that is the same thing and not retracted.
    public func entry(identity: String, in bank: ID<Bank>) throws -> BankEntry? {
        try connection.query(
            "SELECT \(Self.columns) FROM bank_entry WHERE bank = ? AND identity = ? AND state <> 'retracted'",
            [.id(bank), .text(identity)]
        ).first.map(Self.entry)
    }

    /// Up to `limit` entries of a bank in the order of their making, from after `cursor`.
    public func entries(of bank: ID<Bank>, after cursor: ID<BankEntry>?, limit: Int) throws -> [BankEntry] {
        try connection.query(
            "SELECT \(Self.columns) FROM bank_entry WHERE bank = ? AND id > ? ORDER BY id LIMIT ?",
            [.id(bank), .text(cursor?.text ?? ""), .number(limit)]
        ).map(Self.entry)
    }

    /// How many entries of the bank are in each state.
    public func counts(of bank: ID<Bank>) throws -> [String: Int] {
        let rows = try connection.query(
            "SELECT state, COUNT(*) FROM bank_entry WHERE bank = ? GROUP BY state", [.id(bank)])
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.text(0), try $0.number(1)) })
    }

    private static func entry(_ row: SQLRow) throws -> BankEntry {
        guard let proposer = Actor(try row.text(8)) else { throw StoreError.corrupt("A stored proposer is not one.") }
        let activation = try activation(approver: try row.optionalText(9), proposer: proposer)
        let reason = try row.optionalText(11) ?? ""
        let state: EntryState
        switch try row.text(10) {
        case "proposed": state = .proposed
        case "active": state = .active(activation)
        case "suspended": state = .suspended(activation, reason: reason)
        case "retracted": state = .retracted(reason: reason)
        default: throw StoreError.corrupt("A stored entry state is not one.")
        }
        return BankEntry(
            id: try row.id(0), bank: try row.id(1), platform: try row.id(2), identity: try row.text(3),
            labels: try StoredJSON.decode([String].self, from: row.text(4)), note: try row.optionalText(5),
            provenance: Provenance(source: try row.value(6), reference: try row.optionalText(7)), proposer: proposer,
            state: state, createdAt: try row.time(12), version: try row.number(13))
    }

    private static func activation(approver: String?, proposer: Actor) throws -> EntryActivation {
        guard let approver else { return .single }
        guard let actor = Actor(approver), let approval = try? ApprovedBy(approver: actor, proposer: proposer) else {
            throw StoreError.corrupt("A stored approval is not one.")
        }
        return .approved(approval)
    }
}

extension EntryState {
    fileprivate var approver: Actor? {
        switch self {
        case .active(let activation), .suspended(let activation, _): activation.approver
        case .proposed, .retracted: nil
        }
    }

    fileprivate var reason: String? {
        switch self {
        case .suspended(_, let reason), .retracted(let reason): reason
        case .proposed, .active: nil
        }
    }
}
