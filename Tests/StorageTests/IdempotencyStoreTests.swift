import Storage
import TestPostgres
import Testing

@Suite("Idempotency keys")
struct IdempotencyStoreTests {
    private func claim(
        _ database: any Database, platform: String = "plt_1", key: String = "k", digest: [UInt8] = [1],
        subject: String, now: Int64 = 0
    ) async throws -> IdempotencyStore.Claim {
        try await database.write { connection in
            try IdempotencyStore.claim(
                connection, platform: platform, key: key, digest: digest, subject: subject, now: now)
        }
    }

    @Test("A key is new once, then a replay, or a mismatch for another request", arguments: TestEngine.allCases)
    func claims(_ engine: TestEngine) async throws {
        try await engine.withDatabase { (database) async throws in
            #expect(try await claim(database, subject: "a") == .new)
            #expect(try await claim(database, subject: "b") == .replay("a"))
            #expect(try await claim(database, digest: [2], subject: "c") == .mismatch)
            #expect(try await claim(database, platform: "plt_2", subject: "d") == .new)
        }
    }

    @Test("Of fifty racing claims one is new", arguments: TestEngine.allCases)
    func race(_ engine: TestEngine) async throws {
        let place = try await engine.newPlace()
        let nodes = [try place.open(), try place.open()]
        try await Migrator().run(nodes[0], now: 0)
        let claims = Gathered<IdempotencyStore.Claim>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask { claims.add(try await claim(nodes[number % 2], subject: "s\(number)")) }
            }
            try await group.waitForAll()
        }
        #expect(claims.values.filter { $0 == .new }.count == 1)
        let replayed = Set(claims.values.filter { $0 != .new })
        #expect(replayed.count == 1)
        let winner = try await nodes[0].read { try $0.query("SELECT subject FROM idempotency").first?.text(0) }
        #expect(replayed.first == winner.map { .replay($0) })
        for node in nodes { await node.close() }
        place.remove()
    }

    @Test("A key is free again if what it was claimed for came to nothing", arguments: TestEngine.allCases)
    func undone(_ engine: TestEngine) async throws {
        struct Refused: Error {}
        try await engine.withDatabase { (database) async throws in
            await #expect(throws: Refused.self) {
                try await database.write { connection in
                    _ = try IdempotencyStore.claim(
                        connection, platform: "plt_1", key: "k", digest: [1], subject: "a", now: 0)
                    throw Refused()
                }
            }
            #expect(try await claim(database, subject: "b") == .new)
        }
    }

    @Test("Old keys are forgotten, the oldest first", arguments: TestEngine.allCases)
    func pruning(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            for age in 0..<10 {
                _ = try await claim(database, key: "k\(age)", subject: "s", now: Int64(age))
            }
            #expect(try await database.write { try IdempotencyStore.prune($0, before: 6, limit: 4) } == 4)
            #expect(try await database.write { try IdempotencyStore.prune($0, before: 6, limit: 4) } == 2)
            let left = try await database.read { try $0.query("SELECT key FROM idempotency").map { try $0.text(0) } }
            #expect(left.sorted() == ["k6", "k7", "k8", "k9"])
        }
    }
}
