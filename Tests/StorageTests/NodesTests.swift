import Foundation
import Moderation
import Storage
import TestPostgres
import Testing

/// What holds where several nodes write to one PostgreSQL.
@Suite("Nodes on one PostgreSQL")
struct NodesTests {
    private func withNodes(
        _ options: PostgresDatabase.Options = PostgresDatabase.Options(),
        _ body: (_ one: any Database, _ other: any Database) async throws -> Void
    ) async throws {
        let schema = try await PostgresServer.shared().newSchema()
        let (one, other) = (
            try PostgresDatabase(schema, options: options), try PostgresDatabase(schema, options: options)
        )
        try await Migrator().run(one, now: 0)
        do {
            try await body(one, other)
        } catch {
            await one.close()
            await other.close()
            throw error
        }
        await one.close()
        await other.close()
    }

    private func announce(_ connection: any SQLConnection) throws -> Int64 {
        try SignalStore(connection).announce(bank: ID(high: 1, low: 2))
        return try SignalStore(connection).latestChange()
    }

    private func changes(_ database: any Database, after seq: Int64 = 0) async throws -> [Int64] {
        try await database.read { try SignalStore($0).changes(after: seq, limit: 10_000).map(\.seq) }
    }

    @Test("A node that takes a later number waits until the earlier one is committed")
    func laterNumberWaits() async throws {
        try await withNodes { one, other in
            let (taken, gate, ended) = (Gathered<Int64>(), Gate(), Gathered<Int64>())
            let process = try #require(
                try await other.write { try $0.query("SELECT pg_backend_pid()").first?.integer(0) })
            async let first: Void = one.write { connection in
                taken.add(try announce(connection))
                gate.wait()
            }
            defer { gate.open() }
            while taken.values.isEmpty { await Task.yield() }
            async let second: Void = {
                let number = try await other.write { try announce($0) }
                ended.add(number)
            }()
            let waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pid = ?"
            while ended.values.isEmpty, try await one.read({ try $0.query(waiting, [.integer(process)]).isEmpty }) {}
            // A follower that saw number 2 here would go on after it, and never see number 1.
            #expect(try await changes(other) == [])
            gate.open()
            try await first
            try await second
            #expect(try await changes(other) == [1, 2])
        }
    }

    @Test(
        "A follower misses no change, however two nodes write, undo and share commits",
        arguments: [1, 2, 3] as [UInt64])
    func followerMissesNothing(seed: UInt64) async throws {
        struct Undone: Error {}
        try await withNodes { one, other in
            let isOver = Gathered<Bool>()
            async let followed = {
                var seen: [Int64] = []
                while true {
                    let isLast = !isOver.values.isEmpty
                    seen += try await changes(other, after: seen.last ?? 0)
                    if isLast { return seen }
                }
            }()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<16 {
                    var random = SeededGenerator(seed: seed &* 1000 &+ UInt64(writer))
                    let plan = (0..<25).map { _ in
                        (count: Int.random(in: 1...4, using: &random), fails: Bool.random(using: &random))
                    }
                    group.addTask {
                        for step in plan {
                            do {
                                try await (writer.isMultiple(of: 2) ? one : other).write { connection in
                                    for _ in 0..<step.count { _ = try announce(connection) }
                                    if step.fails { throw Undone() }
                                }
                            } catch is Undone {}
                        }
                    }
                }
                try await group.waitForAll()
            }
            isOver.add(true)
            let stored = try await changes(one)
            #expect(stored == stored.indices.map { Int64($0) + 1 }, "seed \(seed)")
            #expect(try await followed == stored, "seed \(seed)")
        }
    }

    @Test(
        "A node that falls silent in a transaction does not keep the others from writing, and its own write is undone")
    func silentNode() async throws {
        var options = PostgresDatabase.Options()
        options.silenceTimeout = 200
        try await withNodes(options) { one, other in
            let (runs, gate) = (Gathered<Int64>(), Gate())
            async let silent: Void = one.write { connection in
                runs.add(try announce(connection))
                if runs.values.count == 1 { gate.wait() }
            }
            defer { gate.open() }
            while runs.values.isEmpty { await Task.yield() }
            #expect(try await other.write { try announce($0) } == 1)
            gate.open()
            do {
                try await silent
                Issue.record("The silent node was told that its write is stored.")
            } catch StoreError.unavailable {}
            #expect(try await changes(other) == [1])
            #expect(try await one.write { try announce($0) } == 2)
        }
    }
}
