public import Moderation

/// Banks.
public struct BankStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    private static let columns =
        "id, platform, name, purpose, harm, thresholds, rollout_ratio, approval, state, created_at, version"

    /// Adds a bank. A name that the platform uses already is a conflict.
    public func insert(_ bank: Bank) throws {
        try connection.execute(
            """
            INSERT INTO bank (id, platform, name, purpose, harm, thresholds, rollout_ratio, approval, state, created_at,
                version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(bank.id), .id(bank.platform), .text(bank.name.text), .text(bank.purpose.rawValue),
                .optional(bank.harm), .text(try StoredJSON.encode(bank.thresholds)), .real(bank.rolloutRatio),
                .text(bank.approval.rawValue), .text(bank.state.rawValue), .time(bank.createdAt),
                .number(bank.version),
            ])
        try SignalStore(connection).announce(bank: bank.id)
    }

    /// Stores a changed bank, whose version is one more than the stored one's; anything else is a conflict.
    public func update(_ bank: Bank) throws {
        let changed = try connection.execute(
            "UPDATE bank SET thresholds = ?, rollout_ratio = ?, state = ?, version = ? WHERE id = ? AND version = ?",
            [
                .text(try StoredJSON.encode(bank.thresholds)), .real(bank.rolloutRatio), .text(bank.state.rawValue),
                .number(bank.version), .id(bank.id), .number(bank.version - 1),
            ])
        guard changed == 1 else {
            throw StoreError.conflict("Bank \(bank.id) changed since it was read; reload and try again.")
        }
        try SignalStore(connection).announce(bank: bank.id)
    }

    public func bank(_ id: ID<Bank>, on platform: ID<Platform>) throws -> Bank? {
        try connection.query(
            "SELECT \(Self.columns) FROM bank WHERE id = ? AND platform = ?", [.id(id), .id(platform)]
        ).first.map(Self.bank)
    }

    public func bank(named name: BankName, on platform: ID<Platform>) throws -> Bank? {
        try connection.query(
            "SELECT \(Self.columns) FROM bank WHERE name = ? AND platform = ?", [.text(name.text), .id(platform)]
        ).first.map(Self.bank)
    }

    /// Up to `limit` banks of a platform in the order of their making, from after `cursor`.
    public func banks(on platform: ID<Platform>, after cursor: ID<Bank>?, limit: Int) throws -> [Bank] {
        try connection.query(
            "SELECT \(Self.columns) FROM bank WHERE platform = ? AND id > ? ORDER BY id LIMIT ?",
            [.id(platform), .text(cursor?.text ?? ""), .number(limit)]
        ).map(Self.bank)
    }

    /// The bank on whichever platform, for the live index, which keeps all of them.
    public func anywhere(_ id: ID<Bank>) throws -> Bank? {
        try connection.query("SELECT \(Self.columns) FROM bank WHERE id = ?", [.id(id)]).first.map(Self.bank)
    }

    /// Every bank of every platform, for the live index.
    public func everywhere() throws -> [Bank] {
        try connection.query("SELECT \(Self.columns) FROM bank ORDER BY id", []).map(Self.bank)
    }

    private static func bank(_ row: SQLRow) throws -> Bank {
        guard let name = BankName(try row.text(2)) else { throw StoreError.corrupt("A stored bank name is not one.") }
        return Bank(
            id: try row.id(0), platform: try row.id(1), name: name, purpose: try row.value(3),
            harm: try row.optionalText(4), thresholds: try StoredJSON.decode(MatchThresholds.self, from: row.text(5)),
            rolloutRatio: try row.real(6), approval: try row.value(7), state: try row.value(8),
            createdAt: try row.time(9), version: try row.number(10))
    }
}
