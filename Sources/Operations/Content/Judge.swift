import Matching
import Moderation

/// Matches and settles: from fingerprints to a verdict, with nothing stored yet.
struct Judge {
    let installation: Installation

    init(_ installation: Installation) {
        self.installation = installation
    }

    struct Judgement: Sendable {
        var matches: [Match]
        var verdict: Verdict
    }

    /// The verdict on what the index says now. Where it cannot say, the verdict is the fail mode's, with the reason.
    /// Right after a start the index is still being loaded, and right after an outage of the database it is behind; that is
    /// waited for, so that neither makes work for people.
    func judge(_ query: RecognitionQuery, of content: Content) async -> Judgement {
        await installation.index.waitUntilReady(atMost: .milliseconds(installation.settings.indexPatience))
        let now = installation.clock()
        let raised: [MatchSettlement.Raised]
        do {
            raised = try installation.index.recognise(query, on: content.platform)
        } catch {
            let verdict = VerdictRule.verdict(
                unknownBecause: "index_unavailable", error.message, failMode: installation.settings.failMode, at: now)
            return Judgement(matches: [], verdict: verdict)
        }
        let draw = Double(content.id.low & 0xff_ffff) / Double(0x100_0000)
        let states = MatchSettlement.settle(raised, rolloutDraw: draw)
        let matches = zip(raised, states).map { raised, state in
            Match(
                id: installation.newID(), content: content.id, platform: content.platform, bank: raised.bank.id,
                entry: raised.entry, evidence: raised.evidence, state: state, createdAt: now)
        }
        let banks = Dictionary(raised.map { ($0.bank.id, $0.bank) }) { first, _ in first }
        let verdict = VerdictRule.verdict(
            VerdictRule.verdict(on: matches, banks: banks, at: now), notes: content.facts?.notes ?? [],
            failMode: installation.settings.failMode)
        return Judgement(matches: matches, verdict: verdict)
    }
}
