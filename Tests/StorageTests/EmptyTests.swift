import Storage
import Testing

@Test("The migrations apply once")
func smoke() async throws {
    let db = try SQLiteDatabase.inMemory()
    #expect(try await Migrator().run(db, now: 1) == [1, 2])
    #expect(try await Migrator().run(db, now: 1) == [])
    let r = try await db.write { c in try c.nextSequence("a", 3) }
    #expect(r == 1)
}
