import Storage
import TestPostgres
import Testing

@Suite("Migrations")
struct MigratorTests {
    /// What each migration was when it was released. A new one adds its line; no line ever changes.
    private static let pinned: [Int: String] = [
        1: "cec3992a0d6c7567d72dab6115f249a0dbdc37f65de6a7d7ee402937d92074f5",
        2: "c71905a2bdcae34b709470ba4cf1e2994eef59fb8e32883c2793caea2bd44166",
    ]

    private static let first = Migration(
        number: 1, name: "first", sql: ["CREATE TABLE a (id INTEGER PRIMARY KEY NOT NULL, b BLOB, r REAL, t TEXT)"])
    private static let second = Migration(
        number: 2, name: "second", sql: ["CREATE TABLE c (id TEXT PRIMARY KEY NOT NULL)", "INSERT INTO c VALUES ('x')"])

    private func withEmpty(_ engine: TestEngine, _ body: (any Database) async throws -> Void) async throws {
        let place = try await engine.newPlace()
        let database = try place.open()
        try await body(database)
        await database.close()
        place.remove()
    }

    @Test("No released migration ever changes")
    func pins() {
        #expect(Dictionary(uniqueKeysWithValues: Migration.all.map { ($0.number, $0.digest) }) == Self.pinned)
    }

    @Test("Migrations apply in order, once", arguments: TestEngine.allCases)
    func once(_ engine: TestEngine) async throws {
        try await withEmpty(engine) { database in
            #expect(try await Migrator.version(database) == 0)
            #expect(try await Migrator([Self.first]).run(database, now: 1) == [1])
            #expect(try await Migrator([Self.first, Self.second]).run(database, now: 2) == [2])
            #expect(try await Migrator([Self.first, Self.second]).run(database, now: 3) == [])
            #expect(try await Migrator.version(database) == 2)
            let rows = try await database.read { connection in
                try connection.query("SELECT number, name, applied_at FROM schema_migration ORDER BY number")
            }
            #expect(
                rows.map(\.values) == [
                    [.integer(1), .text("first"), .integer(1)], [.integer(2), .text("second"), .integer(2)],
                ])
        }
    }

    @Test("Nodes that start together migrate once", arguments: TestEngine.allCases)
    func together(_ engine: TestEngine) async throws {
        let place = try await engine.newPlace()
        let nodes = try (0..<4).map { _ in try place.open() }
        let applied = Gathered<[Int]>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes {
                group.addTask { applied.add(try await Migrator([Self.first, Self.second]).run(node, now: 0)) }
            }
            try await group.waitForAll()
        }
        #expect(applied.values.filter { $0 == [1, 2] }.count == 1)
        #expect(applied.values.filter(\.isEmpty).count == 3)
        for node in nodes { await node.close() }
        place.remove()
    }

    @Test("A newer schema is refused and left alone", arguments: TestEngine.allCases)
    func newer(_ engine: TestEngine) async throws {
        try await withEmpty(engine) { database in
            try await Migrator([Self.first, Self.second]).run(database, now: 0)
            await #expect(throws: StoreError.newerSchema(found: 2, known: 1)) {
                try await Migrator([Self.first]).run(database, now: 0)
            }
            #expect(try await Migrator.version(database) == 2)
        }
    }

    @Test("A migration that was applied with another text is refused", arguments: TestEngine.allCases)
    func changed(_ engine: TestEngine) async throws {
        try await withEmpty(engine) { (database) async throws in
            try await Migrator([Self.first]).run(database, now: 0)
            let other = Migration(number: 1, name: "first", sql: ["CREATE TABLE b (id INTEGER)"])
            await #expect(
                throws: StoreError.corrupt("Migration 1 was applied with another text than this version's.")
            ) { try await Migrator([other]).run(database, now: 0) }
        }
    }

    @Test("A migration that fails leaves nothing", arguments: TestEngine.allCases)
    func failing(_ engine: TestEngine) async throws {
        try await withEmpty(engine) { (database) async throws in
            let broken = Migration(number: 2, name: "broken", sql: ["CREATE TABLE d (id INTEGER)", "CREATE NONSENSE"])
            await #expect(throws: StoreError.self) { try await Migrator([Self.first, broken]).run(database, now: 0) }
            #expect(try await Migrator.version(database) == 0)
            #expect(try await Migrator([Self.first]).run(database, now: 0) == [1])
        }
    }

    @Test("Numbers have no gaps", arguments: TestEngine.allCases)
    func gaps(_ engine: TestEngine) async throws {
        try await withEmpty(engine) { database in
            await #expect(throws: StoreError.self) { try await Migrator([Self.second]).run(database, now: 0) }
        }
    }
}
