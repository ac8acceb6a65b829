import Storage
import TestPostgres
import Testing

/// The rules of jobs, straight from their documentation, over a dictionary.
private struct JobModel {
    struct Row: Equatable {
        var state: JobState
        var due: Int64
        var attempts: Int
        var maxAttempts: Int
        var owner: String?
    }

    var rows: [String: Row] = [:]

    mutating func enqueue(_ key: String, runAt: Int64, maxAttempts: Int, lease: JobLease?) -> Bool {
        if let row = rows[key], row.state != .dead { return false }
        rows[key] = Row(
            state: lease == nil ? .ready : .leased, due: lease?.until ?? runAt, attempts: lease == nil ? 0 : 1,
            maxAttempts: maxAttempts, owner: lease?.owner)
        return lease != nil
    }

    /// The keys that a claim leases.
    mutating func claim(limit: Int, owner: String, now: Int64, lease: Int64) -> Set<String> {
        let due = rows.filter { $0.value.state != .dead && $0.value.due <= now }
            .sorted { ($0.value.due, $0.key) < ($1.value.due, $1.key) }.prefix(limit)
        var claimed: Set<String> = []
        for (key, var row) in due {
            if row.attempts >= row.maxAttempts {
                (row.state, row.due, row.owner) = (.dead, now, nil)
            } else {
                (row.state, row.due, row.owner) = (.leased, now + lease, owner)
                row.attempts += 1
                claimed.insert(key)
            }
            rows[key] = row
        }
        return claimed
    }

    mutating func fail(_ key: String, now: Int64, retryAt: Int64) {
        guard var row = rows[key] else { return }
        row.owner = nil
        (row.state, row.due) = row.attempts >= row.maxAttempts ? (.dead, now) : (.ready, max(now, retryAt))
        rows[key] = row
    }

    mutating func release(owner: String, now: Int64, isOrderly: Bool) {
        for (key, var row) in rows where row.state == .leased && row.owner == owner {
            if isOrderly { row.attempts -= 1 }
            row.state = !isOrderly && row.attempts >= row.maxAttempts ? .dead : .ready
            (row.due, row.owner) = (now, nil)
            rows[key] = row
        }
    }
}

@Suite("Jobs against their model")
struct JobModelTests {
    @Test("Any order of calls leaves what the rules say", arguments: TestEngine.allCases, [11, 12, 13] as [UInt64])
    func sequences(_ engine: TestEngine, _ seed: UInt64) async throws {
        try await engine.withDatabase { database in
            var random = SeededGenerator(seed: seed)
            var model = JobModel()
            /// The leases that the model says still hold.
            var held: [String: LeasedJob] = [:]
            var lost: [LeasedJob] = []
            var now: Int64 = 0
            for step in 0..<250 {
                now += Int64.random(in: 0...20, using: &random)
                let (key, owner) = (
                    "k\(Int.random(in: 0..<8, using: &random))", ["a", "b"].randomElement(using: &random)
                )
                let (time, who) = (now, owner ?? "a")
                switch Int.random(in: 0..<9, using: &random) {
                case 0, 1:
                    let lease = Bool.random(using: &random) ? JobLease(owner: who, until: now + 30) : nil
                    let job = NewJob(
                        kind: "k", key: key, payload: "\(step)", runAt: now + Int64.random(in: 0...20, using: &random),
                        maxAttempts: Int.random(in: 1...3, using: &random))
                    let leased = try await database.write { try JobStore.enqueue($0, job, leased: lease) }
                    let isLeased = model.enqueue(key, runAt: job.runAt, maxAttempts: job.maxAttempts, lease: lease)
                    #expect((leased != nil) == isLeased, "step \(step)")
                    if let leased { held[key] = leased }
                case 2, 3, 4:
                    let limit = Int.random(in: 1...4, using: &random)
                    let jobs = try await JobStore.claim(
                        database, kinds: ["k"], limit: limit, owner: who, now: now, lease: 40)
                    #expect(
                        Set(jobs.map(\.key)) == model.claim(limit: limit, owner: who, now: now, lease: 40),
                        "step \(step)")
                    for job in jobs {
                        if let late = held.updateValue(job, forKey: job.key) { lost.append(late) }
                        #expect(job.attempts == model.rows[job.key]?.attempts)
                    }
                case 5:
                    guard let job = held.removeValue(forKey: key) else { continue }
                    guard model.rows[key]?.state == .leased else {
                        lost.append(job)
                        continue
                    }
                    try await database.write { try JobStore.complete($0, job) }
                    model.rows[key] = nil
                    lost.append(job)
                case 6:
                    guard let job = held.removeValue(forKey: key) else { continue }
                    lost.append(job)
                    guard model.rows[key]?.state == .leased else { continue }
                    try await database.write {
                        try JobStore.fail($0, job, error: "e", now: time, retryAt: time + 15)
                    }
                    model.fail(key, now: now, retryAt: now + 15)
                case 7:
                    let isOrderly = Bool.random(using: &random)
                    _ = try await database.write {
                        try JobStore.release($0, owner: who, now: time, refundingAttempt: isOrderly)
                    }
                    model.release(owner: who, now: now, isOrderly: isOrderly)
                    for (key, job) in held where model.rows[key]?.state != .leased {
                        held[key] = nil
                        lost.append(job)
                    }
                default:
                    guard let job = lost.randomElement(using: &random) else { continue }
                    await #expect(throws: StoreError.self, "step \(step)") {
                        try await database.write { try JobStore.complete($0, job) }
                    }
                }
                try await expect(model, database, "seed \(seed), step \(step)")
            }
        }
    }

    private func expect(_ model: JobModel, _ database: any Database, _ place: String) async throws {
        let rows = try await database.read { connection in
            try connection.query("SELECT key, state, due_at, attempts, max_attempts, owner FROM job").map { row in
                (
                    try row.text(0),
                    JobModel.Row(
                        state: try #require(JobState(rawValue: try row.text(1))), due: try row.integer(2),
                        attempts: try row.int(3), maxAttempts: try row.int(4), owner: try row.optionalText(5))
                )
            }
        }
        let stored = Dictionary(uniqueKeysWithValues: rows)
        #expect(stored == model.rows, "\(place)")
    }
}
