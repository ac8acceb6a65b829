import Storage

/// One submission of fingerprints, with ids as long as real ones.
struct Submission: Sendable {
    var run: String
    var number: Int

    var id: String { "cnt_\(run)-\(String(repeating: "0", count: 14))-\(number)" }

    static func prepare(_ database: any Database, run: String) async throws {
        try await database.write { connection in
            try connection.execute(
                "INSERT INTO platform (id, name, created_at) VALUES ('plt_speed', 'speed', 0) ON CONFLICT DO NOTHING")
        }
    }

    func write(to database: any Database) async throws {
        try await database.write { connection in
            let claim = try IdempotencyStore.claim(
                connection, platform: "plt_speed", key: "key-\(run)-\(number)",
                digest: Array(repeating: UInt8(truncatingIfNeeded: number), count: 32), subject: id, now: 1)
            guard case .new = claim else { throw StoreError.conflict("The benchmark repeated a key.") }
            try connection.execute(
                """
                INSERT INTO account (id, platform, external_id, created_at) VALUES (?, 'plt_speed', ?, 1)
                ON CONFLICT (platform, external_id) DO NOTHING
                """, [.text("acc_\(run)-\(number)"), .text("user-\(run)-\(number / 4)")])
            try connection.execute(
                """
                INSERT INTO content (id, platform, external_id, account, kind, facts, state, verdict, spool, created_at,
                    decided_at, version)
                VALUES (?, 'plt_speed', ?, NULL, 'image', ?, 'submitted', NULL, ?, 1, NULL, 1)
                """,
                [.text(id), .text("post-\(run)-\(number)"), .text(#"{"bytes":123456,"kind":"image"}"#), .text(id)])
            for (algorithm, size) in [("md5", 16), ("sha256", 32), ("pdq", 32)] {
                try connection.execute(
                    """
                    INSERT INTO content_fingerprint (content, algorithm, algorithm_version, value, quality, duration)
                    VALUES (?, ?, 1, ?, 100, NULL)
                    """, [.text(id), .text(algorithm), .blob(Array(repeating: 7, count: size))])
            }
            try JobStore.enqueue(
                connection,
                NewJob(kind: "content.analyse", key: id, payload: #"{"content":"\#(id)"}"#, runAt: 1, maxAttempts: 10),
                leased: JobLease(owner: "node", until: 900_000))
            for kind in ["content.submitted", "content.decided"] {
                try connection.append(
                    AuditRecord(
                        id: "evt_\(run)-\(number)-\(kind)", platform: "plt_speed", at: 1, actor: "key:speed",
                        kind: kind,
                        subject: id, payload: #"{"external_id":"post-\#(number)","verdict":{"action":"allow"}}"#))
            }
        }
    }
}
