import Foundation
import Storage
import TestPostgres
import Testing

@Suite("SQLite")
struct SQLiteDatabaseTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = try TestPlace.newDirectory()
        try await body(directory)
        try FileManager.default.removeItem(atPath: directory)
    }

    private func put(_ key: String, bytes: Int = 1, in database: any Database) async throws {
        try await database.write { connection in
            try connection.execute(
                "INSERT INTO setting (key, value) VALUES (?, ?)",
                [.text(key), .text(String(repeating: "x", count: bytes))])
        }
    }

    @Test("The file is in WAL mode, fully synchronous, with foreign keys")
    func modes() async throws {
        try await withDirectory { directory in
            let database = try SQLiteDatabase(path: "\(directory)/a.db")
            let modes = try await database.write { connection in
                try ["journal_mode", "synchronous", "foreign_keys", "temp_store"].map { name in
                    try connection.query("PRAGMA \(name)").first?.values.first
                }
            }
            #expect(modes == [.text("wal"), .integer(2), .integer(1), .integer(2)])
            await database.close()
        }
    }

    @Test("A full disk is said to be full, and smaller writes go on")
    func full() async throws {
        try await withDirectory { directory in
            var options = SQLiteDatabase.Options()
            options.maximumPages = 100
            let database = try SQLiteDatabase(path: "\(directory)/a.db", options: options)
            try await Migrator().run(database, now: 0)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        guard number == 4 else {
                            await #expect(throws: Never.self) { try await put("k\(number)", in: database) }
                            return
                        }
                        let error = await #expect(throws: StoreError.self) {
                            try await put("large", bytes: 500_000, in: database)
                        }
                        guard case .full = error else {
                            Issue.record("\(String(describing: error)) is not full")
                            return
                        }
                    }
                }
            }
            let count = try await database.read { try $0.query("SELECT COUNT(*) FROM setting").first?.int(0) }
            #expect(count == 9)
            await database.close()
        }
    }

    @Test("A backup is one whole state, and overwrites nothing")
    func backup() async throws {
        try await withDirectory { directory in
            let database = try SQLiteDatabase(path: "\(directory)/a.db")
            try await Migrator().run(database, now: 0)
            for number in 0..<50 {
                try await database.write { connection in try connection.append(record(number)) }
            }
            try await database.backup(to: "\(directory)/b.db")
            try await database.write { connection in try connection.append(record(50)) }
            await #expect(throws: StoreError.self) { try await database.backup(to: "\(directory)/b.db") }
            await database.close()
            let copy = try SQLiteDatabase(path: "\(directory)/b.db")
            #expect(try await AuditChain.verify(copy).isIntact(events: 50))
            await copy.close()
        }
    }

    @Test("A second writer waits, and is told when it waits too long")
    func busy() async throws {
        try await withDirectory { directory in
            var options = SQLiteDatabase.Options()
            options.busyTimeout = 0.01
            let first = try SQLiteDatabase(path: "\(directory)/a.db")
            try await Migrator().run(first, now: 0)
            let second = try SQLiteDatabase(path: "\(directory)/a.db", options: options)
            let gate = Gate()
            let (started, start) = AsyncStream<Void>.makeStream()
            async let holding: Void = first.write { _ in
                start.finish()
                gate.wait()
            }
            for await _ in started {}
            let error = await #expect(throws: StoreError.self) { try await put("k", in: second) }
            if case .unavailable = error {} else { Issue.record("\(String(describing: error)) is not unavailable") }
            gate.open()
            try await holding
            try await put("k", in: second)
            await first.close()
            await second.close()
        }
    }

    @Test("A file that is no database is corrupt, and one that cannot be opened unavailable")
    func badFiles() async throws {
        try await withDirectory { directory in
            try Data(repeating: 7, count: 8_192).write(to: URL(fileURLWithPath: "\(directory)/a.db"))
            let corrupt = #expect(throws: StoreError.self) { try SQLiteDatabase(path: "\(directory)/a.db") }
            if case .corrupt = corrupt {} else { Issue.record("\(String(describing: corrupt)) is not corrupt") }
            let missing = #expect(throws: StoreError.self) { try SQLiteDatabase(path: "\(directory)/no/a.db") }
            if case .unavailable = missing {} else { Issue.record("\(String(describing: missing)) is not unavailable") }
        }
    }

    @Test("Work that waits when the database closes is done first")
    func closing() async throws {
        try await withDirectory { directory in
            let database = try SQLiteDatabase(path: "\(directory)/a.db")
            try await Migrator().run(database, now: 0)
            let gate = Gate()
            let (started, start) = AsyncStream<Void>.makeStream()
            async let holding: Void = database.write { connection in
                start.finish()
                gate.wait()
                try connection.execute("INSERT INTO setting (key, value) VALUES ('k', 'v')")
            }
            for await _ in started {}
            async let closed: Void = database.close()
            gate.open()
            try await holding
            await closed
            let again = try SQLiteDatabase(path: "\(directory)/a.db")
            #expect(try await again.read { try $0.query("SELECT key FROM setting").count } == 1)
            await again.close()
        }
    }
}
