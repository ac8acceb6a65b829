/// The synchronous answer to a submission.
public struct Verdict: Hashable, Sendable, Codable {
    /// From the mildest to the most restrictive; the order is what "most restrictive wins" means.
    public enum Outcome: String, CaseIterable, Hashable, Sendable, Codable, Comparable {
        case allow, watch, hold, decline

        public static func < (left: Outcome, right: Outcome) -> Bool { left.severity < right.severity }

        var severity: Int {
            switch self {
            case .allow: 0
            case .watch: 1
            case .hold: 2
            case .decline: 3
            }
        }

        /// The state that content is in after this outcome.
        public var contentState: String {
            switch self {
            case .allow: "allowed"
            case .watch: "watched"
            case .hold: "held"
            case .decline: "declined"
            }
        }
    }

    public var outcome: Outcome
    /// Why, most weighty first; empty only for `allow`.
    public var reasons: [Reason]
    public var decidedAt: Timestamp

    public init(outcome: Outcome, reasons: [Reason], decidedAt: Timestamp) {
        self.outcome = outcome
        self.reasons = reasons
        self.decidedAt = decidedAt
    }

    /// One cause of the verdict.
    public struct Reason: Hashable, Sendable, Codable {
        /// `matched`, `suppressed`, or why nothing could be said: `media_corrupt`, `index_unavailable` …
        public var code: String
        /// One sentence for the person whose upload it is.
        public var message: String
        public var bank: ID<Bank>?
        public var entry: ID<BankEntry>?

        public init(code: String, message: String, bank: ID<Bank>? = nil, entry: ID<BankEntry>? = nil) {
            self.code = code
            self.message = message
            self.bank = bank
            self.entry = entry
        }
    }
}
