import Storage
import TestPostgres
import Testing

@Suite("Durable jobs")
struct JobStoreTests {
    private func job(_ key: String, kind: String = "thing.do", runAt: Int64 = 0, maxAttempts: Int = 3) -> NewJob {
        NewJob(kind: kind, key: key, payload: #"{"key":"\#(key)"}"#, runAt: runAt, maxAttempts: maxAttempts)
    }

    private func enqueue(_ database: any Database, _ jobs: [NewJob]) async throws {
        try await database.write { connection in
            for job in jobs { try JobStore.enqueue(connection, job) }
        }
    }

    private func claim(
        _ database: any Database, kinds: [String] = ["thing.do"], limit: Int = 100, owner: String = "a", now: Int64,
        lease: Int64 = 100
    ) async throws -> [LeasedJob] {
        try await JobStore.claim(database, kinds: kinds, limit: limit, owner: owner, now: now, lease: lease)
    }

    private func states(_ database: any Database) async throws -> [JobState: Int] {
        let counts = try await database.read { connection in try JobStore.counts(connection) }
        return Dictionary(counts.map { ($0.state, $0.count) }, uniquingKeysWith: +)
    }

    @Test("A job is claimed when it is due, and is gone when it is done", arguments: TestEngine.allCases)
    func life(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one", runAt: 50)])
            #expect(try await claim(database, now: 49).isEmpty)
            let leased = try #require(try await claim(database, now: 50).first)
            #expect(leased.id == "thing.do/one")
            #expect(leased.payload == #"{"key":"one"}"#)
            #expect((leased.attempts, leased.maxAttempts) == (1, 3))
            #expect(try await claim(database, owner: "b", now: 149).isEmpty)
            #expect(try await states(database) == [.leased: 1])
            try await database.write { connection in try JobStore.complete(connection, leased) }
            #expect(try await states(database) == [:])
        }
    }

    @Test("Asking for the same work twice is asking once", arguments: TestEngine.allCases)
    func duplicates(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            let first = job("one")
            let lease = JobLease(owner: "a", until: 100)
            let answers = try await database.write { connection in
                [
                    try JobStore.enqueue(connection, first, leased: lease),
                    try JobStore.enqueue(connection, first, leased: JobLease(owner: "b", until: 100)),
                    try JobStore.enqueue(connection, first),
                ]
            }
            #expect(answers.map { $0 != nil } == [true, false, false])
            let leased = try #require(answers[0])
            #expect(leased.attempts == 1)
            #expect(try await claim(database, owner: "c", now: 99).isEmpty)
            try await database.write { connection in try JobStore.complete(connection, leased) }
            try await enqueue(database, [first])
            #expect(try await claim(database, now: 0).count == 1)
        }
    }

    @Test("A lease that ran out is another's, and its holder can end nothing any more", arguments: TestEngine.allCases)
    func expiry(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one")])
            let late = try #require(try await claim(database, owner: "a", now: 0).first)
            #expect(try await claim(database, owner: "b", now: 99).isEmpty)
            let next = try #require(try await claim(database, owner: "a", now: 100).first)
            #expect(next.attempts == 2)
            await #expect(throws: StoreError.self) {
                try await database.write { connection in try JobStore.complete(connection, late) }
            }
            await #expect(throws: StoreError.self) {
                try await database.write { connection in
                    try JobStore.fail(connection, late, error: "late", now: 100, retryAt: 100)
                }
            }
            await #expect(throws: StoreError.self) {
                try await database.write { connection in try JobStore.renew(connection, late, until: 900) }
            }
            try await database.write { connection in try JobStore.complete(connection, next) }
            await #expect(throws: StoreError.self) {
                try await database.write { connection in try JobStore.complete(connection, next) }
            }
        }
    }

    @Test("A lost lease undoes what was written with it", arguments: TestEngine.allCases)
    func lostLease(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one")])
            let late = try #require(try await claim(database, now: 0).first)
            _ = try await claim(database, owner: "b", now: 100)
            let error = await #expect(throws: StoreError.self) {
                try await database.write { connection in
                    try connection.execute("INSERT INTO setting (key, value) VALUES ('done', 'x')")
                    try JobStore.complete(connection, late)
                }
            }
            guard case .conflict = error else {
                Issue.record("\(String(describing: error)) is no conflict")
                return
            }
            let left = try await database.read { try $0.query("SELECT key FROM setting").count }
            #expect(left == 0)
        }
    }

    @Test("A renewed lease lasts", arguments: TestEngine.allCases)
    func renewal(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one")])
            let leased = try #require(try await claim(database, now: 0).first)
            try await database.write { connection in try JobStore.renew(connection, leased, until: 500) }
            #expect(try await claim(database, owner: "b", now: 499).isEmpty)
            try await database.write { connection in try JobStore.complete(connection, leased) }
        }
    }

    @Test("A job that fails waits, and lies on the shelf after its last attempt", arguments: TestEngine.allCases)
    func failing(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one", maxAttempts: 2)])
            for attempt in 1...2 {
                let now = Int64(attempt) * 1_000
                let leased = try #require(try await claim(database, now: now).first)
                #expect(leased.attempts == attempt)
                try await database.write { connection in
                    try JobStore.fail(connection, leased, error: "code_\(attempt)", now: now, retryAt: now + 1_000)
                }
                #expect(try await claim(database, now: now + 999).isEmpty)
            }
            #expect(try await claim(database, now: .max).isEmpty)
            #expect(try await states(database) == [.dead: 1])
            let dead = try await database.read { try JobStore.dead($0, kind: "thing.do", limit: 10) }
            #expect(dead.map(\.key) == ["one"])
            #expect(dead.map(\.error) == ["code_2"])
            #expect(dead.map(\.diedAt) == [2_000])

            try await database.write { try JobStore.revive($0, kind: "thing.do", key: "one", now: 3_000) }
            #expect(try await claim(database, now: 3_000).map(\.attempts) == [1])
            await #expect(throws: StoreError.notFound("There is no dead job thing.do/one.")) {
                try await database.write { try JobStore.revive($0, kind: "thing.do", key: "one", now: 3_000) }
            }
        }
    }

    @Test("A job that takes its process down with it dies too", arguments: TestEngine.allCases)
    func poison(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one", maxAttempts: 2)])
            #expect(try await claim(database, now: 0).map(\.attempts) == [1])
            #expect(try await claim(database, now: 100).map(\.attempts) == [2])
            #expect(try await claim(database, now: 200).isEmpty)
            let dead = try await database.read { try JobStore.dead($0, kind: "thing.do", limit: 10) }
            #expect(dead.map(\.error) == ["lease_expired"])
            try await enqueue(database, [job("one", maxAttempts: 5)])
            #expect(try await claim(database, now: 300).map(\.maxAttempts) == [5])
        }
    }

    @Test("An orderly stop gives leases back without counting the attempt", arguments: TestEngine.allCases)
    func release(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, ["one", "two", "three"].map { job($0) })
            let mine = try await claim(database, limit: 2, owner: "a", now: 0)
            #expect(try await claim(database, owner: "b", now: 0).count == 1)
            #expect(
                try await database.write { try JobStore.release($0, owner: "a", now: 7, refundingAttempt: true) } == 2)
            let again = try await claim(database, owner: "a", now: 7)
            #expect(Set(again.map(\.key)) == Set(mine.map(\.key)))
            #expect(again.map(\.attempts) == [1, 1])
            await #expect(throws: StoreError.self) {
                try await database.write { connection in try JobStore.complete(connection, mine[0]) }
            }
        }
    }

    @Test("A crash counts the attempt", arguments: TestEngine.allCases)
    func crash(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one", maxAttempts: 2)])
            for attempt in 1...2 {
                #expect(try await claim(database, now: 0).map(\.attempts) == [attempt])
                #expect(try await database.write { try JobStore.release($0, owner: "a", now: 0) } == 1)
            }
            #expect(try await claim(database, now: .max).isEmpty)
            let dead = try await database.read { try JobStore.dead($0, kind: "thing.do", limit: 10) }
            #expect(dead.map(\.error) == ["lease_abandoned"])
        }
    }

    @Test("Kinds have precedence, and within a kind what is due first comes first", arguments: TestEngine.allCases)
    func order(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(
                database,
                [
                    job("late", kind: "a", runAt: 9), job("early", kind: "a", runAt: 3), job("b", kind: "b", runAt: 1),
                    job("c", kind: "c", runAt: 0),
                ])
            let claimed = try await claim(database, kinds: ["a", "b"], limit: 3, now: 10)
            #expect(claimed.map(\.id) == ["a/early", "a/late", "b/b"])
            #expect(try await claim(database, kinds: ["a", "b"], now: 10).isEmpty)
        }
    }

    @Test("Two claimers never get the same job", arguments: TestEngine.allCases)
    func claimers(_ engine: TestEngine) async throws {
        let place = try await engine.newPlace()
        let nodes = [try place.open(), try place.open()]
        try await Migrator().run(nodes[0], now: 0)
        try await enqueue(nodes[0], (0..<200).map { job("k\($0)") })
        let claimed = Gathered<LeasedJob>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for claimer in 0..<8 {
                group.addTask {
                    let node = nodes[claimer % 2]
                    while true {
                        let jobs = try await claim(node, limit: 7, owner: "o\(claimer)", now: 0)
                        if jobs.isEmpty { break }
                        for job in jobs {
                            claimed.add(job)
                            try await node.write { connection in try JobStore.complete(connection, job) }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(claimed.values.count == 200)
        #expect(Set(claimed.values.map(\.key)).count == 200)
        for node in nodes { await node.close() }
        place.remove()
    }

    @Test(
        "A job that is left to another costs no attempt, and is the other's at once and anybody's after a while",
        arguments: TestEngine.allCases)
    func left(_ engine: TestEngine) async throws {
        try await engine.withDatabase { database in
            try await enqueue(database, [job("one", maxAttempts: 1)])
            let first = try #require(try await claim(database, owner: "a", now: 0).first)
            try await database.write { try JobStore.leave($0, first, to: "b", now: 10) }
            await #expect(throws: StoreError.self) { try await database.write { try JobStore.complete($0, first) } }
            #expect(try await claim(database, owner: "a", now: 10).isEmpty)
            #expect(try await claim(database, owner: "c", now: 9 + JobStore.courtesy).isEmpty)
            let second = try #require(try await claim(database, owner: "b", now: 10).first)
            #expect(second.attempts == 1)
            try await database.write { try JobStore.leave($0, second, to: "a", now: 20) }
            #expect(try await claim(database, owner: "c", now: 20 + JobStore.courtesy).count == 1)
        }
    }
}
