extension JobStore {
    /// Leases up to `limit` jobs that are due, oldest first, the kinds in the order of precedence given.
    ///
    /// A job whose lease ran out is due again; if that was its last attempt it goes to the shelf of the dead instead. Two
    /// claimers never get the same job. Where nothing is due nothing is written.
    /// - Parameter lease: how long the owner may be silent, in milliseconds.
    public static func claim(
        _ database: any Database, kinds: [String], limit: Int, owner: String, now: Int64, lease: Int64
    ) async throws -> [LeasedJob] {
        guard limit > 0, !kinds.isEmpty else { return [] }
        let isDue = try await database.read { connection in
            try kinds.contains { kind in
                !(try connection.query(
                    "SELECT 1 FROM job \(due) LIMIT 1", dueArguments(kind, owner: owner, now: now)
                ).isEmpty)
            }
        }
        guard isDue else { return [] }
        let (until, isOver) = now.addingReportingOverflow(lease)
        let grant = JobLease(owner: owner, until: isOver ? .max : until)
        return try await database.write { connection in
            var claimed: [LeasedJob] = []
            for kind in kinds where claimed.count < limit {
                claimed += try claim(connection, kind: kind, limit: limit - claimed.count, grant, now: now)
            }
            return claimed
        }
    }

    /// Puts off the end of a lease. Throws `StoreError.conflict` where it was lost.
    public static func renew(
        _ connection: any SQLConnection, _ job: LeasedJob, until: Int64
    ) throws(StoreError) {
        let changed = try connection.execute("UPDATE job SET due_at = ? \(held)", [.integer(until)] + holding(job))
        guard changed == 1 else { throw lost(job) }
    }

    /// Puts a job back that only another owner can do, without counting the attempt. It is due for that owner at once, and
    /// for all others when `courtesy` is over.
    ///
    /// Throws `StoreError.conflict` where the lease was lost.
    public static func leave(
        _ connection: any SQLConnection, _ job: LeasedJob, to owner: String, now: Int64
    ) throws(StoreError) {
        let changed = try connection.execute(
            "UPDATE job SET state = 'ready', due_at = ?, attempts = attempts - 1, owner = ? \(held)",
            [.integer(now), .text(owner)] + holding(job))
        guard changed == 1 else { throw lost(job) }
    }

    /// How long a job is kept for the owner to whom it was left, in milliseconds.
    public static let courtesy: Int64 = 30_000

    private static let due = """
        WHERE kind = ? AND state <> 'dead' AND due_at <= ?
            AND (state = 'leased' OR owner IS NULL OR owner = ? OR due_at <= ?)
        """

    private static func dueArguments(_ kind: String, owner: String, now: Int64) -> [SQLValue] {
        [.text(kind), .integer(now), .text(owner), .integer(now - courtesy)]
    }

    private static func claim(
        _ connection: any SQLConnection, kind: String, limit: Int, _ lease: JobLease, now: Int64
    ) throws -> [LeasedJob] {
        // SQLite has one writer and so nothing to skip.
        let locking = connection.engine == .postgres ? "FOR UPDATE SKIP LOCKED" : ""
        let rows = try connection.query(
            """
            WITH chosen AS MATERIALIZED (
                SELECT kind, key FROM job \(due) ORDER BY due_at, key LIMIT ? \(locking)
            )
            UPDATE job SET
                state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'leased' END,
                due_at = CASE WHEN attempts >= max_attempts THEN ? ELSE ? END,
                owner = CASE WHEN attempts >= max_attempts THEN NULL ELSE ? END,
                last_error = CASE WHEN attempts >= max_attempts THEN 'lease_expired' ELSE last_error END,
                attempts = CASE WHEN attempts >= max_attempts THEN attempts ELSE attempts + 1 END,
                claims = claims + 1
            WHERE (kind, key) IN (SELECT kind, key FROM chosen)
            RETURNING key, payload, state, attempts, max_attempts, claims, created_at
            """,
            dueArguments(kind, owner: lease.owner, now: now) + [
                .int(limit), .integer(now), .integer(lease.until), .text(lease.owner),
            ])
        return try rows.filter { try $0.text(2) == "leased" }.map { row in
            LeasedJob(
                kind: kind, key: try row.text(0), payload: try row.text(1), attempts: try row.int(3),
                maxAttempts: try row.int(4), owner: lease.owner, claim: try row.integer(5),
                createdAt: try row.integer(6))
        }.sorted { ($0.createdAt, $0.key) < ($1.createdAt, $1.key) }
    }
}
