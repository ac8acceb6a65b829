extension Migration {
    /// What every later migration stands on: sequences, the audit log, jobs, idempotency, settings.
    static let foundation = Migration(
        number: 1, name: "foundation",
        sql: [
            """
            CREATE TABLE sequence (
                name TEXT PRIMARY KEY NOT NULL,
                value INTEGER NOT NULL
            )
            """,
            """
            CREATE TABLE audit_event (
                seq INTEGER PRIMARY KEY NOT NULL,
                id TEXT NOT NULL UNIQUE,
                platform TEXT NOT NULL,
                at INTEGER NOT NULL,
                actor TEXT NOT NULL,
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                payload TEXT NOT NULL,
                leaf_hash BLOB NOT NULL,
                chain_hash BLOB NOT NULL
            )
            """,
            "CREATE INDEX audit_event_subject ON audit_event (subject, seq)",
            """
            CREATE TABLE audit_head (
                id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
                seq INTEGER NOT NULL,
                chain_hash BLOB NOT NULL
            )
            """,
            "INSERT INTO audit_head (id, seq, chain_hash) VALUES (1, 0, CAST('' AS BLOB))",
            """
            CREATE TABLE job (
                kind TEXT NOT NULL,
                key TEXT NOT NULL,
                payload TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'dead')),
                due_at INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                max_attempts INTEGER NOT NULL,
                claims INTEGER NOT NULL,
                owner TEXT,
                last_error TEXT,
                created_at INTEGER NOT NULL,
                PRIMARY KEY (kind, key)
            )
            """,
            "CREATE INDEX job_due ON job (kind, due_at, key) WHERE state <> 'dead'",
            "CREATE INDEX job_dead ON job (kind, due_at, key) WHERE state = 'dead'",
            """
            CREATE TABLE idempotency (
                platform TEXT NOT NULL,
                key TEXT NOT NULL,
                digest BLOB NOT NULL,
                subject TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                PRIMARY KEY (platform, key)
            )
            """,
            "CREATE INDEX idempotency_age ON idempotency (created_at)",
            """
            CREATE TABLE setting (
                key TEXT PRIMARY KEY NOT NULL,
                value TEXT NOT NULL
            )
            """,
        ])
}
