import Fingerprints
import Foundation
import Moderation
import Storage
import Synchronization
import Testing

@testable import Matching

extension LiveIndexTests {
    @Test("While an index catches up with what came after its snapshot, what was committed is never clear")
    func catchingUp() async throws {
        let directory = NSTemporaryDirectory() + "firebreak-index-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fixture = try await Fixture()
        let now = fixture.now
        _ = try await fixture.add(FingerprintSet(md5: [UInt8](repeating: 1, count: 16)), identity: "before")
        let first = fixture.index(in: directory) { now }
        try await first.load()
        try await first.saveSnapshot()
        let known = FingerprintSet(md5: [UInt8](repeating: 2, count: 16))
        _ = try await fixture.add(known, identity: "after")

        let probe = ProbedDatabase(fixture.database)
        let second = LiveIndex(
            database: probe, logger: first.logger, snapshotDirectory: directory, now: { now })
        let answers = Mutex<[Int]>([])
        probe.beforeRead {
            guard let found = try? second.recognise(RecognitionQuery(fingerprints: known), on: fixture.platform) else {
                return
            }
            answers.withLock { $0.append(found.count) }
        }
        try await second.load()
        #expect(answers.withLock { $0 }.allSatisfy { $0 == 1 })
        #expect(try second.recognise(RecognitionQuery(fingerprints: known), on: fixture.platform).count == 1)
    }
}

/// A database that lets a test look on before each read.
private final class ProbedDatabase: Database {
    private let base: SQLiteDatabase
    private let look = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ base: SQLiteDatabase) {
        self.base = base
    }

    var engine: DatabaseEngine { base.engine }

    func beforeRead(_ body: @escaping @Sendable () -> Void) {
        look.withLock { $0 = body }
    }

    func read<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T {
        look.withLock { $0 }?()
        return try await base.read(body)
    }

    func write<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T {
        try await base.write(body)
    }

    func close() async {
        await base.close()
    }
}
