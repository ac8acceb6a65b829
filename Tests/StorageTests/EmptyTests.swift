import Testing
import Storage
@Test func smoke() async throws {
    let db = try SQLiteDatabase.inMemory()
    #expect(try await Migrator().run(db, now: 1) == [1])
    #expect(try await Migrator().run(db, now: 1) == [])
    let r = try await db.write { c in try c.nextSequence("a", count: 3) }
    #expect(r == 1...3)
    print(try await schemaText())
    #expect(try await Migrator.version(db) == 1)
    await #expect(throws: StoreError.self) { try await db.write { c in try c.execute("INSERT INTO sequence (name, value) VALUES ('a', 1)") } }
}
