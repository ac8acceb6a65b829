import Fingerprints

/// Decides which raised matches take effect: benign entries suppress, banks that are not live only record.
public enum MatchSettlement {
    /// A match before it is settled.
    public struct Raised: Hashable, Sendable {
        public var bank: Bank
        public var entry: ID<BankEntry>
        public var evidence: MatchEvidence

        public init(bank: Bank, entry: ID<BankEntry>, evidence: MatchEvidence) {
            self.bank = bank
            self.entry = entry
            self.evidence = evidence
        }
    }

    /// The state of each raised match, in the same order.
    ///
    /// `rolloutDraw` is a number from 0 up to 1 that is fixed for the content, so that asking again gives the same answer.
    public static func settle(_ raised: [Raised], rolloutDraw: Double) -> [MatchState] {
        let benign = raised.filter {
            $0.bank.purpose == .benign && $0.bank.state == .live && rolloutDraw < $0.bank.rolloutRatio
        }
        return raised.map { match in
            switch match.bank.state {
            case .live: break
            case .shadow: return .shadow(reason: "bank_shadow")
            case .paused: return .shadow(reason: "bank_paused")
            case .draft, .archived: return .shadow(reason: "bank_\(match.bank.state.rawValue)")
            }
            switch match.bank.purpose {
            case .test: return .shadow(reason: "purpose_test")
            case .benign: return .shadow(reason: "purpose_benign")
            case .enforce, .review, .watch: break
            }
            guard rolloutDraw < match.bank.rolloutRatio else { return .shadow(reason: "outside_rollout") }
            if let harmless = benign.first(where: { covers($0.evidence, match.evidence) }) {
                return .suppressed(by: harmless.entry)
            }
            return .open
        }
    }

    /// Whether a benign match speaks about the same thing: at least as much of the query, seen or heard in the same way, or
    /// the very bytes. A harmless jingle does not excuse the pictures under it.
    private static func covers(_ benign: MatchEvidence, _ other: MatchEvidence) -> Bool {
        if benign.algorithm.isExact { return true }
        if other.algorithm.isExact { return false }
        return benign.algorithm == other.algorithm && benign.queryCoverage + 0.05 >= other.queryCoverage
    }
}
