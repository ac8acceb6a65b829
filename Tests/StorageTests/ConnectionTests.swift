import Storage
import TestPostgres
import Testing

@Suite("A connection, alike on both engines")
struct ConnectionTests {
    private static let table = """
        CREATE TABLE thing (id INTEGER PRIMARY KEY NOT NULL, n INTEGER, r REAL, t TEXT, b BLOB)
        """

    private func withThings(_ engine: TestEngine, _ body: (any Database) async throws -> Void) async throws {
        let migration = Migration(number: 1, name: "thing", sql: [Self.table])
        let place = try await engine.newPlace()
        let database = try place.open()
        try await Migrator([migration]).run(database, now: 0)
        try await body(database)
        await database.close()
        place.remove()
    }

    private func count(_ database: any Database) async throws -> Int? {
        try await database.read { connection in try connection.query("SELECT COUNT(*) FROM thing").first?.int(0) }
    }

    private static let values: [[SQLValue]] = [
        [.integer(.max), .integer(.min), .integer(0), .integer(-1)],
        [.real(.greatestFiniteMagnitude), .real(-.leastNonzeroMagnitude), .real(.infinity), .real(0.1)],
        [.text(""), .text("'\"?$1\\ -- /* é 🔥"), .text(String(repeating: "x", count: 100_000))],
        [.blob([]), .blob([0]), .blob(Array(0...255)), .blob(Array(repeating: 0, count: 70_000))],
        [.null],
    ]

    @Test("Every value comes back as it was stored", arguments: TestEngine.allCases)
    func roundTrip(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            var id: Int64 = 0
            for (column, values) in zip(["n", "r", "t", "b", "b"], Self.values) {
                for value in values {
                    id += 1
                    let number = id
                    try await database.write { connection in
                        try connection.execute(
                            "INSERT INTO thing (id, \(column)) VALUES (?, ?)", [.integer(number), value])
                    }
                    let rows = try await database.read { connection in
                        try connection.query("SELECT \(column) FROM thing WHERE id = ?", [.integer(number)])
                    }
                    #expect(rows.map(\.values) == [[value]])
                }
            }
        }
    }

    @Test("A question mark in quotes or a comment is not a placeholder", arguments: TestEngine.allCases)
    func placeholders(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let row = try await database.write { connection in
                try connection.query(
                    """
                    INSERT INTO thing (id, t) VALUES (?, '?') -- ? here
                    RETURNING id, t /* and ? here */, 'it''s ?'
                    """, [.integer(7)]
                ).first
            }
            #expect(row?.values == [.integer(7), .text("?"), .text("it's ?")])
        }
    }

    @Test("Counts and sums are integers", arguments: TestEngine.allCases)
    func sums(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { connection in
                for (id, n) in [Int64.max - 30_000, 20_000, 9_999, -70_000].enumerated() {
                    try connection.execute("INSERT INTO thing (id, n) VALUES (?, ?)", [.int(id), .integer(n)])
                }
            }
            let row = try await database.read { connection in
                try connection.query("SELECT COUNT(*), SUM(n), SUM(n - n), MIN(n) FROM thing").first
            }
            #expect(row?.values == [.integer(4), .integer(.max - 70_001), .integer(0), .integer(-70_000)])
        }
    }

    @Test("A statement says how many rows it changed", arguments: TestEngine.allCases)
    func changes(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let counts = try await database.write { connection in
                [
                    try connection.execute("INSERT INTO thing (id) VALUES (1), (2), (3)"),
                    try connection.execute("INSERT INTO thing (id) VALUES (3) ON CONFLICT DO NOTHING"),
                    try connection.execute("UPDATE thing SET n = 1 WHERE id > ?", [.int(1)]),
                    try connection.execute("SELECT id FROM thing"),
                    try connection.execute("DELETE FROM thing WHERE id = ?", [.int(9)]),
                ]
            }
            #expect(counts == [3, 0, 2, 0, 0])
        }
    }

    @Test("Text sorts by its bytes", arguments: TestEngine.allCases)
    func order(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let texts = try await database.write { connection in
                for (id, text) in ["b", "A", "é", "a", "B", "-", "Z"].enumerated() {
                    try connection.execute("INSERT INTO thing (id, t) VALUES (?, ?)", [.int(id), .text(text)])
                }
                return try connection.query("SELECT t FROM thing ORDER BY t").map { try $0.text(0) }
            }
            #expect(texts == ["-", "A", "B", "Z", "a", "b", "é"])
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isRefusedWith: @Sendable (StoreError) -> Bool
        var body: @Sendable (any SQLConnection) throws -> Void
    }

    private static func isEngine(_ code: String) -> @Sendable (StoreError) -> Bool {
        { if case .engine(code, _) = $0 { true } else { false } }
    }

    static let refusals = [
        Refusal(
            testDescription: "a key that exists", isRefusedWith: { if case .conflict = $0 { true } else { false } }
        ) { try $0.execute("INSERT INTO thing (id) VALUES (1)") },
        Refusal(testDescription: "a NUL in text", isRefusedWith: isEngine("nul_in_text")) {
            try $0.execute("INSERT INTO thing (id, t) VALUES (2, ?)", [.text("a\0b")])
        },
        Refusal(testDescription: "not a number", isRefusedWith: isEngine("not_a_number")) {
            try $0.execute("INSERT INTO thing (id, r) VALUES (2, ?)", [.real(.nan)])
        },
        Refusal(
            testDescription: "a table that is not there",
            isRefusedWith: { if case .engine = $0 { true } else { false } }
        ) { try $0.execute("INSERT INTO nothing (id) VALUES (1)") },
        Refusal(
            testDescription: "a text for an integer", isRefusedWith: { if case .engine = $0 { true } else { false } }
        ) { try $0.execute("INSERT INTO thing (id, n) VALUES (2, ?)", [.text("x")]) },
        Refusal(
            testDescription: "a reader of another type",
            isRefusedWith: { if case .corrupt = $0 { true } else { false } }
        ) { _ = try $0.query("SELECT id FROM thing").first?.text(0) },
        Refusal(
            testDescription: "an error that the body swallowed",
            isRefusedWith: { if case .conflict = $0 { true } else { false } }
        ) {
            _ = try? $0.execute("INSERT INTO thing (id) VALUES (1)")
        },
    ]

    @Test("A body that goes wrong says so and leaves nothing", arguments: TestEngine.allCases, refusals)
    func refusal(_ engine: TestEngine, _ refusal: Refusal) async throws {
        try await withThings(engine) { database in
            try await database.write { connection in try connection.execute("INSERT INTO thing (id) VALUES (1)") }
            let error = await #expect(throws: StoreError.self) {
                try await database.write { connection in
                    try connection.execute("INSERT INTO thing (id) VALUES (99)")
                    try refusal.body(connection)
                }
            }
            if let error { #expect(refusal.isRefusedWith(error), "\(error)") }
            let left = try await database.read {
                try $0.query("SELECT id FROM thing ORDER BY id").map { try $0.int(0) }
            }
            #expect(left == [1])
        }
    }

    @Test("A read body cannot write", arguments: TestEngine.allCases)
    func readOnly(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: StoreError.self) {
                try await database.read { connection in _ = try connection.execute("INSERT INTO thing (id) VALUES (1)")
                }
            }
            #expect(error.map(Self.isEngine("read_only")) == true, "\(String(describing: error))")
            let left = try await count(database)
            #expect(left == 0)
        }
    }

    @Test("A read sees one state, however long it takes", arguments: TestEngine.allCases)
    func snapshot(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let (started, start) = AsyncStream<Void>.makeStream()
            let gate = Gate()
            async let counts = database.read { connection in
                let before = try connection.query("SELECT COUNT(*) FROM thing").first?.int(0)
                start.finish()
                gate.wait()
                return [before, try connection.query("SELECT COUNT(*) FROM thing").first?.int(0)]
            }
            for await _ in started {}
            try await database.write { connection in try connection.execute("INSERT INTO thing (id) VALUES (1)") }
            gate.open()
            #expect(try await counts == [0, 0])
            #expect(try await count(database) == 1)
        }
    }

    @Test("A closed database refuses", arguments: TestEngine.allCases)
    func closed(_ engine: TestEngine) async throws {
        try await withThings(engine) { database in
            await database.close()
            await #expect(throws: StoreError.unavailable("The database is closed.")) {
                try await database.write { connection in try connection.execute("INSERT INTO thing (id) VALUES (1)") }
            }
            await #expect(throws: StoreError.self) { try await database.read { _ in } }
        }
    }
}
