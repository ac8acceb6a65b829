import Fingerprints
import Testing

@testable import Moderation

@Suite("States move by their rules and are the fold of their events")
struct StateTests {
    static let platform: ID<Platform> = make()
    static let now = Timestamp(milliseconds: 1_552_610_400_000)

    static func make<N: Noun>() -> ID<N> {
        var random = SystemRandomNumberGenerator()
        return ID(at: now, random: &random)
    }

    static func bank(_ approval: BankApproval, state: BankState = .live, purpose: BankPurpose = .enforce) -> Bank {
        var bank = Bank(
            id: make(), platform: platform, name: knownName, purpose: purpose, approval: approval,
            createdAt: now)
        bank.state = state
        return bank
    }

    static let knownName: BankName = {
        guard let name = BankName("known") else { preconditionFailure("“known” is a bank name") }
        return name
    }()

    @Test("Any sequence of attempted steps leaves an entry equal to the replay of its events", arguments: 0..<200)
    func entries(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        let bank = Self.bank(random.next() & 1 == 0 ? .single : .second)
        let (proposer, other) = (Actor.localOperator("ann"), Actor.localOperator("ben"))
        let proposal = EntryProposal(
            bank: bank.id, identity: "md5:00", labels: ["a"], note: nil, provenance: Provenance(source: .file),
            proposer: proposer)
        let id: ID<BankEntry> = Self.make()
        var (entry, first) = try BankEntry.propose(proposal, by: proposer, id: id, in: bank, at: Self.now)
        var events = [first]
        for _ in 0..<12 {
            let before = entry
            do {
                switch random.next() % 5 {
                case 0: events.append(try entry.approve(by: other))
                case 1: events.append(try entry.approve(by: proposer))
                case 2: events.append(try entry.suspend(reason: "r"))
                case 3: events.append(try entry.resume())
                default:
                    // Retraction is the end, so it comes seldom.
                    if random.next() % 4 == 0 { events.append(try entry.retract(reason: "r")) }
                }
            } catch {
                #expect(entry == before, "a refused step changes nothing")
            }
            if case .active(let activation) = entry.state {
                #expect(bank.approval == .single || activation.approver == other, "law 4: approver is not proposer")
            }
            #expect(
                try BankEntry.replay(events, id: id, platform: Self.platform, createdAt: Self.now) == entry,
                "seed \(seed)")
        }
    }

    @Test("Any sequence of attempted steps leaves a bank equal to the replay of its events", arguments: 0..<200)
    func banks(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        let creation = BankCreation(
            name: Self.knownName, purpose: .review, harm: nil, thresholds: MatchThresholds(), rolloutRatio: 1,
            approval: .single)
        let id: ID<Bank> = Self.make()
        var bank = Bank(creation, id: id, platform: Self.platform, at: Self.now)
        var events: [BankEvent] = [.created(creation)]
        for _ in 0..<15 {
            let before = bank
            do {
                if random.next() % 4 == 0 {
                    events.append(
                        try bank.adjust(
                            thresholds: MatchThresholds(pdqDistance: Int(random.next() % 80)),
                            rolloutRatio: Double(random.next() % 3)))
                } else {
                    events.append(try bank.move(to: BankState.allCases[Int(random.next() % 5)]))
                }
            } catch {
                #expect(bank == before)
            }
            #expect(
                try Bank.replay(events, id: id, platform: Self.platform, createdAt: Self.now) == bank, "seed \(seed)")
        }
    }

    @Test("Nobody approves what they proposed, by any route")
    func selfApproval() {
        let ann = Actor.localOperator("ann")
        #expect(throws: Refusal.self) { try ApprovedBy(approver: ann, proposer: ann) }
    }

    @Test("Content is decided once")
    func decidedOnce() throws {
        var state = ContentState.submitted
        let verdict = Verdict(outcome: .allow, reasons: [], decidedAt: Self.now)
        let id: ID<Content> = Self.make()
        _ = try state.decide(verdict, of: id)
        #expect(throws: Refusal.self) { try state.decide(verdict, of: id) }
    }

    @Test("The most restrictive match decides, whatever the order of the matches")
    func mostRestrictive() {
        let purposes: [BankPurpose] = [.watch, .enforce, .review]
        let banks = purposes.map { Self.bank(.single, purpose: $0) }
        let known = Dictionary(uniqueKeysWithValues: banks.map { ($0.id, $0) })
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let matches = order.map { Self.match(in: banks[$0], .open) }
            let verdict = VerdictRule.verdict(on: matches, banks: known, at: Self.now)
            #expect(verdict.outcome == .decline)
            #expect(verdict.reasons.first?.bank == banks[1].id, "the weightiest reason comes first")
            #expect(verdict.reasons.count == 3)
        }
    }

    @Test("A matched bank that is not known any more is a reason to hold, never to allow")
    func unknownBank() {
        let verdict = VerdictRule.verdict(on: [Self.match(in: Self.bank(.single), .open)], banks: [:], at: Self.now)
        #expect(verdict.outcome == .hold)
    }

    @Test(
        "A benign entry excuses what it covers and nothing more",
        arguments: [
            (FingerprintAlgorithm.sha256, 1.0, FingerprintAlgorithm.pdq, 1.0, true),
            (.pdq, 1.0, .sha256, 1.0, false), (.pdq, 1.0, .pdq, 1.0, true), (.audio, 1.0, .video, 1.0, false),
            (.video, 0.3, .video, 0.9, false), (.video, 0.9, .video, 0.5, true), (.audio, 0.5, .audio, 0.5, true),
        ])
    func benign(_ row: (FingerprintAlgorithm, Double, FingerprintAlgorithm, Double, Bool)) {
        let (harmless, enforce) = (Self.bank(.single, purpose: .benign), Self.bank(.single))
        let raised = [
            MatchSettlement.Raised(
                bank: harmless, entry: Self.make(), evidence: MatchEvidence(algorithm: row.0, queryCoverage: row.1)),
            MatchSettlement.Raised(
                bank: enforce, entry: Self.make(), evidence: MatchEvidence(algorithm: row.2, queryCoverage: row.3)),
        ]
        let states = MatchSettlement.settle(raised, rolloutDraw: 0)
        #expect((states[1] == .suppressed(by: raised[0].entry)) == row.4)
    }

    @Test("Only a live bank inside its rollout takes effect", arguments: BankState.allCases)
    func rollout(state: BankState) {
        var bank = Self.bank(.single, state: state)
        bank.rolloutRatio = 0.4
        let raised = [MatchSettlement.Raised(bank: bank, entry: Self.make(), evidence: MatchEvidence(algorithm: .pdq))]
        #expect((MatchSettlement.settle(raised, rolloutDraw: 0.39)[0] == .open) == (state == .live))
        #expect(MatchSettlement.settle(raised, rolloutDraw: 0.4)[0] != .open)
    }

    private static func match(in bank: Bank, _ state: MatchState) -> Match {
        Match(
            id: make(), content: make(), platform: platform, bank: bank.id, entry: make(),
            evidence: MatchEvidence(algorithm: .pdq, distance: 3), state: state, createdAt: now)
    }
}
