/// Work that must be done whatever happens to the process: rows that are leased, done once, and tried again.
///
/// A job is known by its kind and key. It is `ready`, `leased` to an owner until a time, or `dead` on the shelf for a
/// person to look at; a job that is done leaves the table. Work may be run twice (a lease that runs out while its holder
/// still works), so the end of a job is written in the transaction of what it did: of two holders one gets a conflict.
///
/// Times are milliseconds since 1970, UTC.
public enum JobStore {
    /// Adds a job in the transaction of what it is about, and answers it if it was leased at once.
    ///
    /// Where the same kind and key is ready or leased already nothing changes and the answer is `nil`: asking for work
    /// twice is asking once. A dead one starts afresh.
    @discardableResult
    public static func enqueue(
        _ connection: any SQLConnection, _ job: NewJob, leased lease: JobLease? = nil
    ) throws(StoreError) -> LeasedJob? {
        guard job.maxAttempts > 0 else {
            throw .engine(code: "job_attempts", message: "A job has one attempt or more.")
        }
        let attempts = lease == nil ? 0 : 1
        let rows = try connection.query(
            """
            INSERT INTO job (kind, key, payload, state, due_at, attempts, max_attempts, claims, owner, last_error,
                created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)
            ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload, state = excluded.state,
                due_at = excluded.due_at, attempts = excluded.attempts, max_attempts = excluded.max_attempts,
                claims = job.claims + 1, owner = excluded.owner, last_error = NULL, created_at = excluded.created_at
            WHERE job.state = 'dead'
            RETURNING claims
            """,
            [
                .text(job.kind), .text(job.key), .text(job.payload), .text(lease == nil ? "ready" : "leased"),
                .integer(lease?.until ?? job.runAt), .int(attempts), .int(job.maxAttempts), .int(attempts),
                lease.map { .text($0.owner) } ?? .null, .integer(job.runAt),
            ])
        guard let lease, let row = rows.first else { return nil }
        return LeasedJob(
            kind: job.kind, key: job.key, payload: job.payload, attempts: attempts, maxAttempts: job.maxAttempts,
            owner: lease.owner, claim: try row.integer(0), createdAt: job.runAt)
    }

    /// Ends a job; everything else in the transaction stands only if the lease does.
    ///
    /// Throws `StoreError.conflict` where the lease was lost: another owner has the job, or it is done.
    public static func complete(_ connection: any SQLConnection, _ job: LeasedJob) throws(StoreError) {
        let ended = try connection.execute("DELETE FROM job \(held)", holding(job))
        guard ended == 1 else { throw lost(job) }
    }

    /// Puts a job back to be tried again at `retryAt`, or on the shelf of the dead after its last attempt.
    ///
    /// Throws `StoreError.conflict` where the lease was lost.
    public static func fail(
        _ connection: any SQLConnection, _ job: LeasedJob, error: String, now: Int64, retryAt: Int64
    ) throws(StoreError) {
        let isLast = job.attempts >= job.maxAttempts
        let changed = try connection.execute(
            "UPDATE job SET state = ?, due_at = ?, owner = NULL, last_error = ? \(held)",
            [.text(isLast ? "dead" : "ready"), .integer(isLast ? now : max(now, retryAt)), .text(error)] + holding(job))
        guard changed == 1 else { throw lost(job) }
    }

    /// Gives back every job that an owner holds, and answers how many.
    ///
    /// After a crash the attempt counts, and a job whose last one it was is dead: what brings its process down must not do
    /// so for ever. An orderly stop, which broke the attempt off, refunds it.
    @discardableResult
    public static func release(
        _ connection: any SQLConnection, owner: String, now: Int64, refundingAttempt: Bool = false
    ) throws(StoreError) -> Int {
        if refundingAttempt {
            return try connection.execute(
                """
                UPDATE job SET state = 'ready', due_at = ?, attempts = attempts - 1, owner = NULL
                WHERE state = 'leased' AND owner = ?
                """, [.integer(now), .text(owner)])
        }
        return try connection.execute(
            """
            UPDATE job SET state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'ready' END, due_at = ?,
                last_error = 'lease_abandoned', owner = NULL
            WHERE state = 'leased' AND owner = ?
            """, [.integer(now), .text(owner)])
    }

    /// The rows that a lease holds: the owner, and the count of claims that makes every lease of a job another one.
    static let held = "WHERE kind = ? AND key = ? AND state = 'leased' AND owner = ? AND claims = ? AND created_at = ?"

    static func holding(_ job: LeasedJob) -> [SQLValue] {
        [.text(job.kind), .text(job.key), .text(job.owner), .integer(job.claim), .integer(job.createdAt)]
    }

    static func lost(_ job: LeasedJob) -> StoreError {
        .conflict("The lease of job \(job.id) was lost; its work belongs to another holder or is done.")
    }
}
