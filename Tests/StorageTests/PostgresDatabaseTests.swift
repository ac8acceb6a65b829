import Storage
import TestPostgres
import Testing

@Suite("PostgreSQL")
struct PostgresDatabaseTests {
    private func withNode(_ body: (any Database, _ other: any Database) async throws -> Void) async throws {
        let place = try await TestEngine.postgres.newPlace()
        let database = try place.open()
        let other = try place.open()
        try await Migrator().run(database, now: 0)
        try await body(database, other)
        await database.close()
        await other.close()
    }

    private func end(_ process: Int64, with database: any Database) async throws {
        try await database.write { connection in
            _ = try connection.query("SELECT pg_terminate_backend(CAST(? AS INTEGER))", [.integer(process)])
        }
        // The server's process ends on its own time; the list of processes says when it has.
        while try await database.read({
            try $0.query("SELECT 1 FROM pg_stat_activity WHERE pid = ?", [.integer(process)]).isEmpty
        }) == false {}
    }

    @Test("A connection that was lost is made again")
    func reconnect() async throws {
        try await withNode { database, other in
            let process = "SELECT pg_backend_pid()"
            let writer = try await database.write { try $0.query(process).first?.integer(0) }
            try await end(try #require(writer), with: other)
            let next = try await database.write { connection in
                try connection.execute("INSERT INTO setting (key, value) VALUES ('k', 'v')")
                return try connection.query(process).first?.integer(0)
            }
            #expect(next != writer)
            for _ in 0..<4 {
                let reader = try await database.read { try $0.query(process).first?.integer(0) }
                try await end(try #require(reader), with: other)
                #expect(try await database.read { try $0.query("SELECT key FROM setting").count } == 1)
            }
        }
    }

    @Test("A body whose connection dies under it is run again")
    func lostInBody() async throws {
        try await withNode { database, _ in
            let runs = Gathered<Int>()
            try await database.write { connection in
                runs.add(1)
                try connection.execute("INSERT INTO setting (key, value) VALUES ('k', 'v')")
                try connection.append(record(1))
                if runs.values.count == 1 { _ = try connection.query("SELECT pg_terminate_backend(pg_backend_pid())") }
            }
            #expect(runs.values.count == 2)
            #expect(try await database.read { try $0.query("SELECT key FROM setting").count } == 1)
            #expect(try await AuditChain.verify(database).isIntact(events: 1))
        }
    }

    @Test("A server that is not there is unavailable")
    func noServer() async throws {
        let database = try PostgresDatabase("host=/nonexistent dbname=x")
        for _ in 0..<3 {
            let errors = [
                await #expect(throws: StoreError.self) { try await database.write { _ in } },
                await #expect(throws: StoreError.self) { try await database.read { _ in } },
            ]
            for case .some(let error) in errors {
                guard case .unavailable = error else {
                    Issue.record("\(error) is not unavailable")
                    continue
                }
            }
        }
        await database.close()
    }

    @Test("A connection string that cannot be read is refused without being repeated")
    func badString() {
        let error = #expect(throws: StoreError.self) { try PostgresDatabase("host=a secret") }
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test("A statement outlives a change of its table")
    func stalePlan() async throws {
        try await withNode { database, other in
            let migration = "ALTER TABLE setting ADD COLUMN more TEXT"
            try await database.write { try $0.execute("INSERT INTO setting (key, value) VALUES ('k', 'v')") }
            for width in [2, 3] {
                let seen = try await database.write { try $0.query("SELECT * FROM setting").first?.values.count }
                #expect(seen == width)
                if width == 2 { try await other.write { try $0.execute(migration) } }
            }
        }
    }

    @Test("More statements than the cache keeps are no trouble")
    func statementCache() async throws {
        var options = PostgresDatabase.Options()
        options.statementCache = 3
        let database = try PostgresDatabase(try await PostgresServer.shared().newSchema(), options: options)
        let sums = try await database.write { connection in
            try (0..<40).map { number in
                try connection.query("SELECT ? + \(number % 7)", [.int(number)]).first?.int(0)
            }
        }
        #expect(sums == (0..<40).map { $0 + $0 % 7 })
        await database.close()
    }
}
