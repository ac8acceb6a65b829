import Storage
import TestPostgres
import Testing

@Suite("The audit chain")
struct AuditChainTests {
    private func fill(_ database: any Database, _ numbers: Range<Int>) async throws {
        for number in numbers {
            try await database.write { connection in try connection.append(record(number)) }
        }
    }

    struct Tampering: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var sql: [String]
        var verdict: AuditChain.Verdict
    }

    static let tamperings = [
        Tampering(
            testDescription: "a payload altered", sql: ["UPDATE audit_event SET payload = '{}' WHERE seq = 5"],
            verdict: .broken(seq: 5, .altered)),
        Tampering(
            testDescription: "an actor altered", sql: ["UPDATE audit_event SET actor = 'user:other' WHERE seq = 1"],
            verdict: .broken(seq: 1, .altered)),
        Tampering(
            testDescription: "a time altered", sql: ["UPDATE audit_event SET at = at + 1 WHERE seq = 10"],
            verdict: .broken(seq: 10, .altered)),
        Tampering(
            testDescription: "an event deleted", sql: ["DELETE FROM audit_event WHERE seq = 4"],
            verdict: .broken(seq: 4, .missing)),
        Tampering(
            testDescription: "the first event deleted", sql: ["DELETE FROM audit_event WHERE seq = 1"],
            verdict: .broken(seq: 1, .missing)),
        Tampering(
            testDescription: "the last event deleted", sql: ["DELETE FROM audit_event WHERE seq = 10"],
            verdict: .broken(seq: 10, .missing)),
        Tampering(
            testDescription: "all events deleted", sql: ["DELETE FROM audit_event"],
            verdict: .broken(seq: 1, .missing)),
        Tampering(
            testDescription: "two events exchanged",
            sql: [
                "UPDATE audit_event SET seq = 99 WHERE seq = 3", "UPDATE audit_event SET seq = 3 WHERE seq = 7",
                "UPDATE audit_event SET seq = 7 WHERE seq = 99",
            ], verdict: .broken(seq: 3, .altered)),
        Tampering(
            testDescription: "a chain hash altered",
            sql: ["UPDATE audit_event SET chain_hash = leaf_hash WHERE seq = 6"], verdict: .broken(seq: 6, .unlinked)),
        Tampering(
            testDescription: "an event added behind the head",
            sql: [
                """
                INSERT INTO audit_event (seq, id, platform, at, actor, kind, subject, payload, leaf_hash, chain_hash)
                SELECT 11, 'evt_x', platform, at, actor, kind, subject, payload, leaf_hash, chain_hash
                FROM audit_event WHERE seq = 10
                """
            ], verdict: .broken(seq: 11, .beyondHead)),
        Tampering(
            testDescription: "the head altered",
            sql: ["UPDATE audit_head SET chain_hash = (SELECT leaf_hash FROM audit_event WHERE seq = 2)"],
            verdict: .broken(seq: 10, .headDiffers)),
    ]

    @Test("Tampering is found at the first number it touches", arguments: TestEngine.allCases, tamperings)
    func tampering(_ engine: TestEngine, _ tampering: Tampering) async throws {
        try await engine.withDatabase { database in
            try await fill(database, 0..<10)
            #expect(try await AuditChain.verify(database).isIntact(events: 10))
            try await database.write { connection in
                for sql in tampering.sql { try connection.execute(sql) }
            }
            #expect(try await AuditChain.verify(database) == tampering.verdict)
        }
    }

    @Test("An empty log is intact, and so is one of more than a batch", arguments: TestEngine.allCases)
    func sizes(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            #expect(try await AuditChain.verify(database) == .intact(AuditChain.Head(seq: 0, hash: [])))
            try await database.write { connection in
                for number in 0..<2_345 { try connection.append(record(number)) }
            }
            #expect(try await AuditChain.verify(database).isIntact(events: 2_345))
        }
    }

    @Test("Both engines chain alike")
    func engines() async throws {
        var heads: [AuditChain.Head] = []
        for engine in TestEngine.allCases {
            try await engine.withDatabase { database in
                try await fill(database, 0..<3)
                heads.append(try await database.read { try AuditChain.head($0) })
            }
        }
        #expect(heads.count == 2)
        #expect(heads.first == heads.last)
    }

    @Test("Two nodes on one database write one chain", arguments: TestEngine.allCases)
    func twoNodes(_ engine: TestEngine) async throws {
        let place = try await engine.newPlace()
        let nodes = [try place.open(), try place.open()]
        try await Migrator().run(nodes[0], now: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                let node = nodes[number % 2]
                group.addTask {
                    try await node.write { connection in
                        try connection.append(record(number))
                        // Locks taken in both orders, so that the engine meets deadlocks and the committer repeats.
                        for name in number % 4 < 2 ? ["a", "b"] : ["b", "a"] { _ = try connection.nextSequence(name) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await AuditChain.verify(nodes[0]).isIntact(events: 400))
        #expect(try await nodes[1].write { connection in try connection.nextSequence("a") } == 401)
        for node in nodes { await node.close() }
        place.remove()
    }
}
