import Fingerprints
import Moderation
import Storage
import TestPostgres
import Testing

@Suite("Stores, on both engines")
struct StoresTests {
    /// A platform, a bank and an entry with new ids, and a source of more.
    private struct Fixture {
        private var random: SeededGenerator
        let now = Timestamp(milliseconds: 1_760_000_000_123)
        let platform: Platform
        var bank: Bank
        let proposer: Actor

        init(seed: UInt64 = 7) throws {
            random = SeededGenerator(seed: seed)
            platform = Platform(id: ID(at: now, random: &random), name: "Example", createdAt: now)
            proposer = .key(ID(at: now, random: &random))
            bank = Bank(
                id: ID(at: now, random: &random), platform: platform.id, name: try #require(BankName("known")),
                purpose: .enforce, harm: "terrorism", rolloutRatio: 0.25, approval: .second, state: .draft,
                createdAt: now)
        }

        mutating func newID<N: Noun>() -> ID<N> { ID(at: now, random: &random) }

        mutating func newEntry(_ identity: String, state: EntryState = .active(.single)) -> BankEntry {
            BankEntry(
                id: newID(), bank: bank.id, platform: platform.id, identity: identity, labels: ["a", "é"], note: nil,
                provenance: Provenance(source: .list, reference: "list 7"), proposer: proposer, state: state,
                createdAt: now)
        }

        var pdq: Fingerprint {
            .pdq(PDQFingerprint(hash: PDQHash(words: SIMD4(1, 2, .max, 4)), quality: 100))
        }
    }

    private func withFixture(
        _ engine: TestEngine, _ body: (any Database, Fixture) async throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            let fixture = try Fixture()
            try await database.write { connection in
                try PlatformStore(connection).insert(fixture.platform)
                try BankStore(connection).insert(fixture.bank)
            }
            try await body(database, fixture)
        }
    }

    private func expectConflict(_ body: () async throws -> Void) async {
        let error = await #expect(throws: StoreError.self) { try await body() }
        if case .conflict? = error { return }
        Issue.record("\(String(describing: error)) is no conflict")
    }

    @Test("An account is made once for each external id", arguments: TestEngine.allCases)
    func accounts(_ engine: TestEngine) async throws {
        try await withFixture(engine) { database, fixture in
            var fixture = fixture
            let (first, second): (ID<Account>, ID<Account>) = (fixture.newID(), fixture.newID())
            let (platform, now) = (fixture.platform, fixture.now)
            for offered in [first, second] {
                let known = try await database.write { connection in
                    try PlatformStore(connection).account(
                        externalID: "user 1", on: platform.id, newID: offered, at: now)
                }
                #expect(known == first)
            }
            #expect(try await database.read { try PlatformStore($0).all() } == [platform])
            #expect(try await database.read { try PlatformStore($0).platform(named: "Example") } == platform)
        }
    }

    @Test("A bank is stored, changed once for each version, and listed", arguments: TestEngine.allCases)
    func banks(_ engine: TestEngine) async throws {
        try await withFixture(engine) { database, fixture in
            let (bank, platform) = (fixture.bank, fixture.platform.id)
            #expect(try await database.read { try BankStore($0).bank(bank.id, on: platform) } == bank)
            var changed = bank
            changed.state = .live
            changed.rolloutRatio = 1
            changed.version = 2
            let next = changed
            try await database.write { try BankStore($0).update(next) }
            await expectConflict { try await database.write { try BankStore($0).update(next) } }
            await expectConflict { try await database.write { try BankStore($0).insert(bank) } }
            #expect(try await database.read { try BankStore($0).banks(on: platform, after: nil, limit: 9) } == [next])
            #expect(try await database.read { try BankStore($0).banks(on: platform, after: bank.id, limit: 9) } == [])
            let changes = try await database.read { try SignalStore($0).changes(after: 0, limit: 9) }
            #expect(changes.map(\.kind) == [.bankChanged(bank.id), .bankChanged(bank.id)])
        }
    }

    @Test("An entry is in its bank once, and its signals follow its state", arguments: TestEngine.allCases)
    func entries(_ engine: TestEngine) async throws {
        try await withFixture(engine) { database, fixture in
            var fixture = fixture
            var entry = fixture.newEntry("pdq:1")
            let (stored, twin, pdq) = (entry, fixture.newEntry("pdq:1"), fixture.pdq)
            let inserted = try await database.write { connection in
                let inserted = [try EntryStore(connection).insert(stored), try EntryStore(connection).insert(twin)]
                try SignalStore(connection).insert([pdq, .md5(Array(repeating: 0, count: 16))], of: stored)
                return inserted
            }
            #expect(inserted == [true, false])
            let signals = try await database.read {
                try SignalStore($0).matched(of: FingerprintAlgorithm.allCases, after: 0, limit: 9)
            }
            #expect(signals.map(\.fingerprint) == [pdq, .md5(Array(repeating: 0, count: 16))])
            #expect(signals.map(\.number) == [1, 2])

            _ = try entry.suspend(reason: "a complaint")
            let suspended = entry
            try await database.write { connection in
                try EntryStore(connection).update(suspended)
                try SignalStore(connection).follow(suspended)
            }
            await expectConflict { try await database.write { try EntryStore($0).update(suspended) } }
            #expect(try await database.read { try EntryStore($0).entry(suspended.id, in: suspended.bank) } == suspended)
            #expect(
                try await database.read {
                    try SignalStore($0).matched(of: FingerprintAlgorithm.allCases, after: 0, limit: 9)
                } == [])
            let changes = try await database.read { try SignalStore($0).changes(after: 1, limit: 9) }
            #expect(changes.map(\.seq) == [2, 3, 4, 5])
            #expect(changes.suffix(2).map(\.kind) == [.removed(number: 1), .removed(number: 2)])
            #expect(try await database.read { try SignalStore($0).latestChange() } == 5)

            _ = try entry.retract(reason: "wrong")
            let retracted = entry
            let again = try await database.write { connection in
                try EntryStore(connection).update(retracted)
                return try EntryStore(connection).insert(twin)
            }
            #expect(again)
            let counts = try await database.read { try EntryStore($0).counts(of: retracted.bank) }
            #expect(counts == ["retracted": 1, "active": 1])
        }
    }

    @Test("Content comes back with its verdict, fingerprints, matches and events", arguments: TestEngine.allCases)
    func content(_ engine: TestEngine) async throws {
        try await withFixture(engine) { database, fixture in
            var fixture = fixture
            let platform = fixture.platform.id
            var content = Content(
                id: fixture.newID(), platform: platform, externalID: "post 1", createdAt: fixture.now,
                facts: ContentFacts(kind: .image, bytes: 123))
            let submitted = content
            let event = AuditEvent(
                id: fixture.newID(), platform: platform, at: fixture.now, actor: fixture.proposer,
                body: .content(content.id, .submitted(externalID: "post 1", account: nil)))
            try await database.write { connection in
                try ContentStore(connection).insert(submitted, spool: "file 1")
                try AuditStore(connection).append(event)
            }
            let found = try await database.read { try ContentStore($0).content(submitted.id, on: platform) }
            #expect(found?.content == submitted)
            #expect(found?.spool == "file 1")
            #expect(try await database.read { try ContentStore($0).spooledFiles() } == ["file 1"])

            let entry = fixture.newEntry("x")
            let verdict = Verdict(
                outcome: .decline, reasons: [Verdict.Reason(code: "match", message: "é", bank: entry.bank)],
                decidedAt: fixture.now)
            _ = try content.state.decide(verdict, of: content.id)
            content.version = 2
            let match = Match(
                id: fixture.newID(), content: content.id, platform: platform, bank: entry.bank, entry: entry.id,
                evidence: MatchEvidence(algorithm: .pdq, distance: 3), state: .open, createdAt: fixture.now)
            let (decided, pdq) = (content, fixture.pdq)
            try await database.write { connection in
                try ContentStore(connection).update(decided, spool: nil)
                try ContentStore(connection).insert([pdq], of: decided.id)
                try ContentStore(connection).insert(match)
            }
            await expectConflict { try await database.write { try ContentStore($0).update(decided, spool: nil) } }
            let after = try await database.read { try ContentStore($0).content(decided.id, on: platform) }
            #expect(after?.content == decided)
            #expect(after?.spool == nil)
            #expect(try await database.read { try ContentStore($0).fingerprints(of: decided.id).all } == [pdq])
            #expect(try await database.read { try ContentStore($0).matches(of: decided.id) } == [match])
            #expect(
                try await database.read { try AuditStore($0).events(of: decided.id) }
                    == [.submitted(externalID: "post 1", account: nil)])
        }
    }

    @Test("A key is found by its secret's hash until the end, and revoked once", arguments: TestEngine.allCases)
    func keys(_ engine: TestEngine) async throws {
        try await withFixture(engine) { database, fixture in
            var fixture = fixture
            let key = APIKey(
                id: fixture.newID(), platform: fixture.platform.id, name: "uploader", scopes: [.submit, .lookup],
                createdAt: fixture.now)
            let (hash, now) = (Array(UInt8(0)..<32), fixture.now)
            try await database.write { try KeyStore($0).insert(key, secretHash: hash) }
            #expect(try await database.read { try KeyStore($0).key(secretHash: hash) } == key)
            try await database.write { try KeyStore($0).revoke(key.id, at: now) }
            await expectConflict { try await database.write { try KeyStore($0).revoke(key.id, at: now) } }
            #expect(try await database.read { try KeyStore($0).key(secretHash: hash)?.revokedAt } == now)
            #expect(try await database.read { try KeyStore($0).count() } == 1)
        }
    }

    @Test("An import goes on from where it was, once, and ends", arguments: TestEngine.allCases)
    func imports(_ engine: TestEngine) async throws {
        try await withFixture(engine) { database, fixture in
            var fixture = fixture
            var item = ListImport(
                id: fixture.newID(), platform: fixture.platform.id, bank: fixture.bank.id, proposer: fixture.proposer,
                createdAt: fixture.now)
            let new = item
            try await database.write { try ListImportStore($0).insert(new, spool: "list 1") }
            item.lines = 500
            item.counts.added = 499
            item.rejects = [ListReject(line: 7, message: "no hash")]
            let half = item
            try await database.write { try ListImportStore($0).advance(half, from: 0) }
            await expectConflict { try await database.write { try ListImportStore($0).advance(half, from: 0) } }
            #expect(try await database.read { try ListImportStore($0).spooledFiles() } == ["list 1"])
            item.lines = 600
            item.finishedAt = fixture.now
            let done = item
            try await database.write { try ListImportStore($0).advance(done, from: 500) }
            let stored = try await database.read { try ListImportStore($0).item(done.id, on: done.platform) }
            #expect(stored?.item == done)
            #expect(stored?.spool == nil)
        }
    }
}
