public import Moderation

/// Platforms and the accounts on them.
public struct PlatformStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    public func insert(_ platform: Platform) throws {
        try connection.execute(
            "INSERT INTO platform (id, name, created_at) VALUES (?, ?, ?)",
            [.id(platform.id), .text(platform.name), .time(platform.createdAt)])
    }

    /// Adds a platform, or answers `false` where there is one of that name already.
    public func insertIfNew(_ platform: Platform) throws -> Bool {
        try connection.execute(
            "INSERT INTO platform (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING",
            [.id(platform.id), .text(platform.name), .time(platform.createdAt)]) == 1
    }

    public func platform(named name: String) throws -> Platform? {
        try connection.query("SELECT id, name, created_at FROM platform WHERE name = ?", [.text(name)]).first
            .map(Self.platform)
    }

    public func all() throws -> [Platform] {
        try connection.query("SELECT id, name, created_at FROM platform ORDER BY id", []).map(Self.platform)
    }

    /// The account with this external id, made with `newID` where it is not known yet.
    public func account(
        externalID: String, on platform: ID<Platform>, newID: ID<Account>, at now: Timestamp
    ) throws -> ID<Account> {
        let found = try connection.query(
            "SELECT id FROM account WHERE platform = ? AND external_id = ?", [.id(platform), .text(externalID)])
        if let row = found.first { return try row.id(0) }
        let made = try connection.query(
            """
            INSERT INTO account (id, platform, external_id, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (platform, external_id) DO UPDATE SET external_id = excluded.external_id
            RETURNING id
            """,
            [.id(newID), .id(platform), .text(externalID), .time(now)])
        guard let row = made.first else { throw StoreError.engine(code: "no_row", message: "An insert gave no id.") }
        return try row.id(0)
    }

    private static func platform(_ row: SQLRow) throws -> Platform {
        Platform(id: try row.id(0), name: try row.text(1), createdAt: try row.time(2))
    }
}
