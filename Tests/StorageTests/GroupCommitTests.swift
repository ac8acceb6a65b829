import Storage
import TestPostgres
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    private struct Refused: Error, Equatable {
        var number: Int
    }

    private func settings(_ database: any Database) async throws -> [String] {
        try await database.read { connection in
            try connection.query("SELECT key FROM setting ORDER BY key").map { try $0.text(0) }
        }
    }

    private static func work(_ number: Int, _ connection: any SQLConnection) throws {
        try connection.execute("INSERT INTO setting (key, value) VALUES (?, 'x')", [.text("k\(1000 + number)")])
        try connection.append(record(number))
        if number % 5 == 1 { throw Refused(number: number) }
        if number % 5 == 2 { try connection.execute("INSERT INTO setting (key, value) VALUES ('same', 'x')") }
    }

    @Test("Bodies that fail among many leave nothing and spoil no other", arguments: TestEngine.allCases)
    func isolation(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            let succeeded = Gathered<Int>()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            try await database.write { connection in try Self.work(number, connection) }
                            succeeded.add(number)
                        } catch {
                            return
                        }
                    }
                }
            }
            let kept = succeeded.values.sorted()
            // Of those that insert the same key the first alone succeeds.
            #expect(kept.filter { $0 % 5 == 2 }.count == 1)
            #expect(kept.filter { $0 % 5 != 2 } == (0..<200).filter { $0 % 5 != 1 && $0 % 5 != 2 })
            #expect(try await settings(database) == kept.map { "k\(1000 + $0)" } + ["same"])
            let subjects = try await database.read { connection in
                try connection.query("SELECT subject FROM audit_event ORDER BY subject").map { try $0.text(0) }
            }
            #expect(subjects == kept.map { "s\(1000 + $0)" })
            #expect(try await AuditChain.verify(database).isIntact(events: kept.count))
        }
    }

    @Test("A caller gets the error of its own body", arguments: TestEngine.allCases)
    func ownError(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        await #expect(throws: Refused(number: number)) {
                            try await database.write { _ in throw Refused(number: number) }
                        }
                    }
                }
            }
        }
    }

    @Test("A body sees what the bodies before it wrote, in their order", arguments: TestEngine.allCases)
    func sharing(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            let (started, start) = AsyncStream<Void>.makeStream()
            let gate = Gate()
            async let first: Void = database.write { _ in
                start.finish()
                gate.wait()
            }
            for await _ in started {}
            // All of these gather behind the first, and the second of them already sees what the first of them wrote.
            let seen = Gathered<Int>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await database.write { connection in
                            try connection.execute(
                                "INSERT INTO setting (key, value) VALUES (?, 'x')", [.text("\(number)")])
                            let count = try connection.query("SELECT COUNT(*) FROM setting").first?.int(0) ?? 0
                            seen.add(count)
                        }
                    }
                }
                gate.open()
                try await group.waitForAll()
            }
            try await first
            #expect(seen.values == Array(1...20))
        }
    }

    @Test("A body whose caller was cancelled before its turn never runs", arguments: TestEngine.allCases)
    func cancellation(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            let (started, start) = AsyncStream<Void>.makeStream()
            let gate = Gate()
            async let first: Void = database.write { _ in
                start.finish()
                gate.wait()
            }
            for await _ in started {}
            let second = Task {
                try await database.write { connection in
                    try connection.execute("INSERT INTO setting (key, value) VALUES ('cancelled', 'x')")
                }
            }
            second.cancel()
            gate.open()
            try await first
            await #expect(throws: CancellationError.self) { _ = try await second.value }
            #expect(try await settings(database) == [])
        }
    }

    @Test("A connection that was kept is refused", arguments: TestEngine.allCases)
    func keptConnection(_ engine: TestEngine) async throws {
        final class Keeper: @unchecked Sendable {
            // SAFETY: written in a write body, read after the write has returned.
            var connection: (any SQLConnection)?
        }
        try await engine.withDatabase { database in
            let keeper = Keeper()
            try await database.write { connection in keeper.connection = connection }
            #expect(throws: StoreError.self) { _ = try keeper.connection?.query("SELECT 1") }
        }
    }

    @Test("Sequences number without gaps or repeats", arguments: TestEngine.allCases)
    func sequences(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            let firsts = await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        try await database.write { connection in
                            let first = try connection.nextSequence("s", 3)
                            if number % 3 == 0 { throw Refused(number: number) }
                            return first
                        }
                    }
                }
                var firsts: [Int64] = []
                while let result = await group.nextResult() {
                    if case .success(let first) = result { firsts.append(first) }
                }
                return firsts.sorted()
            }
            #expect(firsts == (0..<40).map { Int64($0) * 3 + 1 })
        }
    }
}

/// An audit record with a number in every field that may differ.
func record(_ number: Int) -> AuditRecord {
    AuditRecord(
        id: "evt_\(1000 + number)", platform: "plt_1", at: Int64(number), actor: "system:test", kind: "thing.done",
        subject: "s\(1000 + number)", payload: #"{"number":\#(number)}"#)
}

extension AuditChain.Verdict {
    func isIntact(events: Int) -> Bool {
        if case .intact(let head) = self { head.seq == Int64(events) } else { false }
    }
}
