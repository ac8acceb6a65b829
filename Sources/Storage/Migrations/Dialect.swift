/// Turns the one SQL text of a migration into what an engine wants.
///
/// PostgreSQL gets its own names for the four column types, and text in byte order (`COLLATE "C"`), so that both engines
/// sort alike. SQLite gets `STRICT` tables, so that it refuses a value of the wrong type as PostgreSQL does.
enum Dialect {
    private static let postgresTypes = [
        "BLOB": "BYTEA", "INTEGER": "BIGINT", "REAL": "DOUBLE PRECISION", "TEXT": "TEXT COLLATE \"C\"",
    ]

    static func text(_ sql: String, for engine: DatabaseEngine) -> String {
        switch engine {
        case .postgres:
            return SQLToken.scan(sql).map { token in
                token.kind == .word ? postgresTypes[String(token.text)] ?? String(token.text) : String(token.text)
            }.joined()
        case .sqlite:
            let words = SQLToken.scan(sql).lazy.filter { $0.kind == .word }.prefix(2).map { $0.text.uppercased() }
            return Array(words) == ["CREATE", "TABLE"] ? sql + " STRICT" : sql
        }
    }
}
