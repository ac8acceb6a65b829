/// Brings a database to the schema of this binary.
public struct Migrator: Sendable {
    /// The key of PostgreSQL's advisory lock, so that nodes that start together migrate one after another.
    private static let lock: Int64 = 0x4669_7265_6272_6B31

    private let migrations: [Migration]

    /// - Parameter migrations: oldest first, numbered 1, 2, 3, …
    public init(_ migrations: [Migration] = Migration.all) {
        self.migrations = migrations
    }

    /// Applies what is missing, all of it or nothing, and answers the numbers that it applied.
    ///
    /// Throws `StoreError.newerSchema` where the database has a migration that this binary does not know, and
    /// `StoreError.corrupt` where an applied migration had another text than this binary's.
    /// - Parameter now: milliseconds since 1970, UTC.
    @discardableResult
    public func run(_ database: any Database, now: Int64) async throws -> [Int] {
        try await database.write { connection in try apply(connection, now: now) }
    }

    /// The number of the newest migration that the database has; 0 for an empty one.
    public static func version(_ database: any Database) async throws -> Int {
        try await database.read { connection in
            let table =
                switch connection.engine {
                case .sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'"
                case .postgres: "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('schema_migration')"
                }
            guard try connection.query(table).first?.int(0) == 1 else { return 0 }
            return try connection.query("SELECT COALESCE(MAX(number), 0) FROM schema_migration").first?.int(0) ?? 0
        }
    }

    private func apply(_ connection: any SQLConnection, now: Int64) throws -> [Int] {
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw StoreError.engine(code: "migrations", message: "Migration \(migration.number) is out of order.")
        }
        if connection.engine == .postgres {
            try connection.execute("SET LOCAL statement_timeout = 0")
            try connection.execute("SET LOCAL lock_timeout = 0")
            _ = try connection.query("SELECT pg_advisory_xact_lock(?)", [.integer(Self.lock)])
        }
        try run(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                digest TEXT NOT NULL,
                applied_at INTEGER NOT NULL
            )
            """, on: connection)
        let applied = try connection.query("SELECT number, digest FROM schema_migration ORDER BY number")
        for row in applied {
            let number = try row.int(0)
            guard (1...max(1, migrations.count)).contains(number), !migrations.isEmpty else {
                throw StoreError.newerSchema(found: try applied.last?.int(0) ?? number, known: migrations.count)
            }
            guard try row.text(1) == migrations[number - 1].digest else {
                throw StoreError.corrupt("Migration \(number) was applied with another text than this version's.")
            }
        }
        let missing = migrations.dropFirst(applied.count)
        for migration in missing {
            for statement in migration.sql { try run(statement, on: connection) }
            try connection.execute(
                "INSERT INTO schema_migration (number, name, digest, applied_at) VALUES (?, ?, ?, ?)",
                [.int(migration.number), .text(migration.name), .text(migration.digest), .integer(now)])
        }
        return missing.map(\.number)
    }

    private func run(_ sql: String, on connection: any SQLConnection) throws(StoreError) {
        try connection.execute(Dialect.text(sql, for: connection.engine))
    }
}
