/// The schema that the migrations make, as one SQL text for people to read and for a test to compare.
public enum SchemaText {
    /// The schema on SQLite, each table followed by its indexes, tables by name.
    public static func current(_ migrations: [Migration] = Migration.all) async throws -> String {
        let database = try SQLiteDatabase.inMemory()
        try await Migrator(migrations).run(database, now: 0)
        let rows = try await database.read { connection in
            try connection.query(
                """
                SELECT sql FROM sqlite_master WHERE sql IS NOT NULL
                ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 ELSE 1 END, name
                """)
        }
        await database.close()
        let header = "-- Generated from Sources/Storage/Migrations; do not edit.\n\n"
        return header + (try rows.map { row in try row.text(0) + ";\n" }.joined(separator: "\n"))
    }
}
