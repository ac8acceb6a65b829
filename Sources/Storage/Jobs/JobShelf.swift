extension JobStore {
    /// How many jobs of each kind are in each state, for metrics; kinds and states without a job are absent.
    public static func counts(_ connection: any SQLConnection) throws -> [JobCount] {
        try connection.query("SELECT kind, state, COUNT(*) FROM job GROUP BY kind, state ORDER BY kind, state").map {
            guard let state = JobState(rawValue: try $0.text(1)) else {
                throw StoreError.corrupt("A stored job state is not one.")
            }
            return JobCount(kind: try $0.text(0), state: state, count: try $0.int(2))
        }
    }

    /// Up to `limit` dead jobs of a kind, the longest dead first.
    public static func dead(_ connection: any SQLConnection, kind: String, limit: Int) throws -> [DeadJob] {
        try connection.query(
            """
            SELECT key, payload, attempts, last_error, due_at FROM job
            WHERE kind = ? AND state = 'dead' ORDER BY due_at, key LIMIT ?
            """, [.text(kind), .int(limit)]
        ).map { row in
            DeadJob(
                kind: kind, key: try row.text(0), payload: try row.text(1), attempts: try row.int(2),
                error: try row.optionalText(3) ?? "", diedAt: try row.integer(4))
        }
    }

    /// Takes a dead job off the shelf with all its attempts before it.
    ///
    /// Throws `StoreError.notFound` where there is no such dead job.
    public static func revive(
        _ connection: any SQLConnection, kind: String, key: String, now: Int64
    ) throws(StoreError) {
        let changed = try connection.execute(
            """
            UPDATE job SET state = 'ready', due_at = ?, attempts = 0, last_error = NULL
            WHERE kind = ? AND key = ? AND state = 'dead'
            """, [.integer(now), .text(kind), .text(key)])
        guard changed == 1 else { throw .notFound("There is no dead job \(kind)/\(key).") }
    }
}
