import Fingerprints
import Foundation
import Logging
import Moderation
import Storage
import Synchronization
import Testing

@testable import Matching

@Suite("The live index")
struct LiveIndexTests {
    /// A database with one platform and one live bank.
    struct Fixture {
        let database: SQLiteDatabase
        let platform: ID<Platform>
        var bank: Bank
        let now = Timestamp(milliseconds: 1_795_000_000_000)

        init() async throws {
            database = try SQLiteDatabase.inMemory()
            _ = try await Migrator().run(database, now: 0)
            var random = SystemRandomNumberGenerator()
            let platform = Platform(id: ID(at: now, random: &random), name: "default", createdAt: now)
            guard let name = BankName("known") else { throw CancellationError() }
            var bank = Bank(
                id: ID(at: now, random: &random), platform: platform.id, name: name, purpose: .enforce,
                approval: .single,
                createdAt: now)
            _ = try bank.move(to: .live)
            bank.version = 1
            self.bank = bank
            self.platform = platform.id
            let made = bank
            try await database.write { connection in
                try PlatformStore(connection).insert(platform)
                try BankStore(connection).insert(made)
            }
        }

        func index(in directory: String? = nil, staleness: Int64 = 10_000, now: @Sendable @escaping () -> Timestamp)
            -> LiveIndex
        {
            LiveIndex(
                database: database, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                stalenessLimit: staleness,
                snapshotDirectory: directory, now: now)
        }

        func add(_ set: FingerprintSet, identity: String) async throws -> BankEntry {
            var random = SystemRandomNumberGenerator()
            let proposer = Actor.system("test")
            let proposal = EntryProposal(
                bank: bank.id, identity: identity, labels: [], note: nil, provenance: Provenance(source: .fingerprints),
                proposer: proposer)
            let (entry, _) = try BankEntry.propose(
                proposal, by: proposer, id: ID(at: now, random: &random), in: bank, at: now)
            try await database.write { connection in
                _ = try EntryStore(connection).insert(entry)
                try SignalStore(connection).insert(set.all, of: entry)
            }
            return entry
        }

        func retract(_ entry: BankEntry) async throws {
            var entry = entry
            _ = try entry.retract(reason: "test")
            let retracted = entry
            try await database.write { connection in
                try EntryStore(connection).update(retracted)
                try SignalStore(connection).follow(retracted)
            }
        }
    }

    static func hash(_ random: inout Seeded) -> PDQHash {
        PDQHash(words: SIMD4(random.next(), random.next(), random.next(), random.next()))
    }

    static func near(_ hash: PDQHash, bits: Int, _ random: inout Seeded) -> PDQHash {
        var words = hash.words
        var turned = Set<Int>()
        while turned.count < bits { turned.insert(Int(random.next() % 256)) }
        for bit in turned { words[bit >> 6] ^= 1 << UInt64(bit & 63) }
        return PDQHash(words: words)
    }

    @Test(
        "It finds what a linear scan over the database finds, through additions, retractions and a rebuild",
        arguments: [1, 2, 3])
    func oracle(seed: UInt64) async throws {
        var random = Seeded(seed: seed)
        let fixture = try await Fixture()
        let now = fixture.now
        let index = fixture.index { now }
        try await index.load()
        var known: [(entry: BankEntry, hash: PDQHash, quality: Int)] = []
        for step in 0..<300 {
            if random.next() % 4 == 0, !known.isEmpty {
                try await fixture.retract(known.remove(at: Int(random.next() % UInt64(known.count))).entry)
            } else {
                let hash =
                    known.isEmpty || random.next() % 2 == 0
                    ? Self.hash(&random)
                    : Self.near(known[Int(random.next() % UInt64(known.count))].hash, bits: 20, &random)
                let quality = Int(random.next() % 101)
                let set = FingerprintSet(pdq: PDQFingerprint(hash: hash, quality: quality))
                known.append((try await fixture.add(set, identity: "pdq:\(step)"), hash, quality))
            }
            if step % 10 == 9 {
                try await index.catchUp()
                if step % 100 == 99 { try await index.load() }
                index.maintain()
                let query = Self.near(
                    known[Int(random.next() % UInt64(known.count))].hash, bits: Int(random.next() % 40), &random)
                let found = try index.recognise(
                    RecognitionQuery(fingerprints: FingerprintSet(pdq: PDQFingerprint(hash: query, quality: 70))),
                    on: fixture.platform)
                let expected = known.filter { $0.quality >= 50 && $0.hash.distance(to: query) <= 31 }
                #expect(Set(found.map(\.entry)) == Set(expected.map(\.entry.id)), "seed \(seed), step \(step)")
                for match in found {
                    let entry = expected.first { $0.entry.id == match.entry }
                    #expect(match.evidence.distance == entry.map { Double($0.hash.distance(to: query)) })
                }
            }
        }
    }

    @Test("An index that is opened from its snapshot answers as the one that wrote it, after later changes too")
    func snapshot() async throws {
        var random = Seeded(seed: 11)
        let directory = NSTemporaryDirectory() + "firebreak-index-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fixture = try await Fixture()
        let now = fixture.now
        var entries: [(BankEntry, FingerprintSet)] = []
        func grow(_ count: Int) async throws {
            for _ in 0..<count {
                let set = FingerprintSet(
                    md5: (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) },
                    pdq: PDQFingerprint(hash: Self.hash(&random), quality: 90))
                entries.append((try await fixture.add(set, identity: "x:\(entries.count)"), set))
            }
        }
        try await grow(200)
        let first = fixture.index(in: directory) { now }
        try await first.load()
        try await first.saveSnapshot()
        #expect(FileManager.default.fileExists(atPath: directory + "/tables"))
        try await fixture.retract(entries[7].0)
        try await grow(50)
        let second = fixture.index(in: directory) { now }
        try await second.load()
        #expect(second.statistics.stills == 249)
        for (position, (entry, set)) in entries.enumerated() {
            for part in [FingerprintSet(md5: set.md5), FingerprintSet(pdq: set.pdq)] {
                let found = try second.recognise(RecognitionQuery(fingerprints: part), on: fixture.platform)
                #expect(found.contains { $0.entry == entry.id } == (position != 7), "entry \(position)")
            }
        }
        // Damage anywhere makes it unusable, and the database is read instead.
        for file in ["tables", "stills"] {
            try await second.saveSnapshot()
            let path = directory + "/" + file
            let whole = try #require(FileManager.default.contents(atPath: path))
            for offset in [0, 9, whole.count / 2, whole.count - 1] {
                var damaged = whole
                damaged[offset] ^= 0x10
                try damaged.write(to: URL(fileURLWithPath: path))
                let third = fixture.index(in: directory) { now }
                try await third.load()
                #expect(third.statistics.stills == 249, "\(file) at \(offset)")
            }
            try whole.prefix(whole.count / 3).write(to: URL(fileURLWithPath: path))
            let fourth = fixture.index(in: directory) { now }
            try await fourth.load()
            #expect(fourth.statistics.stills == 249)
            try whole.write(to: URL(fileURLWithPath: path))
        }
    }

    @Test("An index that has not heard from the database for too long answers unavailable, never clear")
    func stale() async throws {
        let fixture = try await Fixture()
        let clock = MovingClock(fixture.now)
        let index = fixture.index(staleness: 1000) { clock.now }
        let query = RecognitionQuery(fingerprints: FingerprintSet(md5: [UInt8](repeating: 1, count: 16)))
        #expect(throws: IndexUnavailable.loading) { try index.recognise(query, on: fixture.platform) }
        try await index.load()
        #expect(try index.recognise(query, on: fixture.platform).isEmpty)
        clock.advance(1001)
        #expect(throws: IndexUnavailable.behind(milliseconds: 1001)) {
            try index.recognise(query, on: fixture.platform)
        }
        await index.waitUntilReady(atMost: .milliseconds(1))
        #expect(index.unavailability() != nil)
        async let isWaitedFor: Void = index.waitUntilReady(atMost: .seconds(600))
        try await index.catchUp()
        await isWaitedFor
        #expect(try index.recognise(query, on: fixture.platform).isEmpty)
    }

    @Test("An MD5 does not match a SHA-256 of the same leading bytes")
    func digests() async throws {
        let fixture = try await Fixture()
        let now = fixture.now
        let md5 = [UInt8](repeating: 0, count: 16)
        _ = try await fixture.add(FingerprintSet(md5: md5), identity: "a")
        let index = fixture.index { now }
        try await index.load()
        func found(_ set: FingerprintSet) throws -> Int {
            try index.recognise(RecognitionQuery(fingerprints: set), on: fixture.platform).count
        }
        #expect(try found(FingerprintSet(md5: md5)) == 1)
        #expect(try found(FingerprintSet(sha256: md5 + md5)) == 0)
        #expect(
            try found(FingerprintSet(sha256: md5 + [16, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8))) == 0)
        #expect(
            try found(FingerprintSet(sha256: md5 + [UInt8](repeating: 0, count: 8) + [16, 0, 0, 0, 0, 0, 0, 0])) == 0)
    }
}

/// Chance that is the same at each run: SplitMix64.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// A clock that stands until it is moved.
final class MovingClock: Sendable {
    private let time: Mutex<Int64>

    init(_ start: Timestamp) {
        time = Mutex(start.milliseconds)
    }

    var now: Timestamp { Timestamp(milliseconds: time.withLock { $0 }) }

    func advance(_ milliseconds: Int64) {
        time.withLock { $0 += milliseconds }
    }
}
