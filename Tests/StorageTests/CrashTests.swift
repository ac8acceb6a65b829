import Foundation
import Storage
import TestPostgres
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("A crash")
struct CrashTests {
    /// Writes from several tasks, notes every acknowledged number in a file, and is killed in the midst of it.
    private static func writeUntilKilled(in directory: String, after limit: Int) async throws {
        let database = try SQLiteDatabase(path: "\(directory)/test.db")
        try await Migrator().run(database, now: 0)
        let acknowledged = open("\(directory)/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<16 {
                group.addTask {
                    for turn in 0... {
                        let number = turn * 16 + writer
                        do {
                            try await database.write { connection in
                                try connection.execute(
                                    "INSERT INTO setting (key, value) VALUES (?, 'x')", [.text("\(number)")])
                                try connection.append(record(number))
                            }
                        } catch {
                            return
                        }
                        let line = "\(number)\n"
                        _ = write(acknowledged, line, line.utf8.count)
                        if number >= limit { kill(getpid(), SIGKILL) }
                    }
                }
            }
        }
    }

    @Test(
        "What was acknowledged before a kill is there after it, whole and chained", arguments: [1, 100, 1_500, 6_000])
    func killed(_ limit: Int) async throws {
        let directory = try TestPlace.newDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String, limit = limit as Int] in
            try await CrashTests.writeUntilKilled(in: directory, after: limit)
        }
        let text = try String(contentsOfFile: "\(directory)/acknowledged", encoding: .utf8)
        // The last line may have been cut short by the kill.
        let acknowledged = Set(text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1).map(String.init))
        #expect(acknowledged.contains { (Int($0) ?? 0) >= limit })
        let database = try SQLiteDatabase(path: "\(directory)/test.db")
        let stored = try await database.read { connection in
            Set(try connection.query("SELECT key FROM setting").map { try $0.text(0) })
        }
        #expect(acknowledged.subtracting(stored).isEmpty)
        let events = try await database.read { try $0.query("SELECT COUNT(*) FROM audit_event").first?.int(0) }
        #expect(events == stored.count)
        #expect(try await AuditChain.verify(database).isIntact(events: stored.count))
        await database.close()
        try FileManager.default.removeItem(atPath: directory)
    }
}
