import Testing

@testable import Storage

@Suite("Numbered placeholders")
struct SQLTokenTests {
    static let rows: [(String, String)] = [
        ("SELECT ?", "SELECT $1"),
        ("SELECT ?, ? WHERE a = ?", "SELECT $1, $2 WHERE a = $3"),
        ("SELECT '?', ?", "SELECT '?', $1"),
        ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1"),
        ("SELECT \"a?\"\"b?\", ?", "SELECT \"a?\"\"b?\", $1"),
        ("SELECT ? -- what?\n, ?", "SELECT $1 -- what?\n, $2"),
        ("SELECT /* ? /* ? */ ? */ ?", "SELECT /* ? /* ? */ ? */ $1"),
        ("SELECT E'\\'?', ?", "SELECT E'\\'?', $1"),
        ("SELECT '\\', ?", "SELECT '\\', $1"),
        ("SELECT $$ ? $$, ?", "SELECT $$ ? $$, $1"),
        ("SELECT $q$ ? $$ ? $q$, ?", "SELECT $q$ ? $$ ? $q$, $1"),
        ("SELECT a$b, ?", "SELECT a$b, $1"),
        ("SELECT 'open ?", "SELECT 'open ?"),
        ("SELECT /* open ?", "SELECT /* open ?"),
        ("SELECT 'é?🔥', ?", "SELECT 'é?🔥', $1"),
        ("??", "$1$2"),
        ("", ""),
    ]

    @Test("A question mark is a placeholder outside of quotes and comments only", arguments: rows)
    func numbering(_ text: String, _ numbered: String) {
        #expect(SQLToken.numbered(text) == numbered)
    }

    @Test("The pieces of a text are the text")
    func pieces() {
        var random = SeededGenerator(seed: 20_261_121)
        let alphabet = Array("?'\"$-/*\\nEe a1é")
        for _ in 0..<5_000 {
            let length = Int.random(in: 0..<24, using: &random)
            let text = String((0..<length).compactMap { _ in alphabet.randomElement(using: &random) })
            #expect(SQLToken.scan(text).map(\.text).joined() == text)
        }
    }

    @Test("Column types are translated as words, outside of quotes")
    func types() {
        let sql = "CREATE TABLE t (a BLOB, b INTEGER, c REAL DEFAULT 1, \"TEXT\" TEXT, d TEXT DEFAULT 'BLOB')"
        #expect(
            Dialect.text(sql, for: .postgres)
                == """
                CREATE TABLE t (a BYTEA, b BIGINT, c DOUBLE PRECISION DEFAULT 1, "TEXT" TEXT COLLATE "C", \
                d TEXT COLLATE "C" DEFAULT 'BLOB')
                """)
        #expect(Dialect.text(sql, for: .sqlite) == sql + " STRICT")
        #expect(Dialect.text("CREATE INDEX i ON t (a)", for: .sqlite) == "CREATE INDEX i ON t (a)")
    }
}
