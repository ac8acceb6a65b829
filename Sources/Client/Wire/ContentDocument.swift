/// Content with its verdict and its matches.
public struct ContentDocument: Hashable, Sendable, Codable {
    public var id: String
    /// `received`, `analysing`, `decided` or `failed`.
    public var state: String
    public var externalID: String?
    public var account: String?
    public var createdAt: String
    public var facts: Facts?
    /// Absent while the analysis goes on.
    public var verdict: Verdict?
    public var matches: [MatchDocument]

    enum CodingKeys: String, CodingKey {
        case id, state, account, facts, verdict, matches
        case externalID = "external_id"
        case createdAt = "created_at"
    }

    public struct Facts: Hashable, Sendable, Codable {
        public var kind: String?
        public var format: String?
        public var bytes: Int?
        public var width: Int?
        public var height: Int?
        /// In seconds.
        public var duration: Double?
        public var notes: [String]
    }

    public struct Verdict: Hashable, Sendable, Codable {
        /// `publish`, `watch`, `hold`, `decline` …
        public var outcome: String
        public var reasons: [Reason]
        public var decidedAt: String
        /// From acceptance to verdict, in milliseconds.
        public var latency: Int64

        enum CodingKeys: String, CodingKey {
            case outcome, reasons
            case decidedAt = "decided_at"
            case latency = "latency_ms"
        }
    }

    public struct Reason: Hashable, Sendable, Codable {
        public var code: String
        public var message: String
        public var bank: String?
        public var entry: String?
    }
}
