/// A match: which entry, how near, and where.
public struct MatchDocument: Hashable, Sendable, Codable {
    /// Absent in a lookup, which stores nothing.
    public var id: String?
    public var bank: String
    /// Only in a lookup.
    public var bankName: String?
    /// Only in a lookup.
    public var purpose: String?
    public var entry: String
    /// `open`, `suppressed` or `shadow`.
    public var state: String
    /// Why it is `shadow`.
    public var stateReason: String?
    /// The benign entry that makes it `suppressed`.
    public var suppressedBy: String?
    public var evidence: Evidence
    /// A short clause: "picture, 6 of 256 bits apart".
    public var summary: String

    enum CodingKeys: String, CodingKey {
        case id, bank, purpose, entry, state, evidence, summary
        case bankName = "bank_name"
        case stateReason = "state_reason"
        case suppressedBy = "suppressed_by"
    }

    public struct Evidence: Hashable, Sendable, Codable {
        public var algorithm: String
        public var version: Int
        /// Bits of 256: of a picture, or the mean of aligned frames.
        public var distance: Double?
        /// The share of differing bits of aligned sound.
        public var bitErrorRate: Double?
        public var queryQuality: Int?
        public var bankedQuality: Int?
        public var variant: String?
        /// Shares, 0 to 1.
        public var queryCoverage: Double
        public var bankedCoverage: Double
        /// vPDQ percentages, 0 to 100.
        public var queryPercent: Double?
        public var bankedPercent: Double?
        public var ranges: [Range]

        enum CodingKeys: String, CodingKey {
            case algorithm, version, distance, variant, ranges
            case bitErrorRate = "bit_error_rate"
            case queryQuality = "query_quality"
            case bankedQuality = "banked_quality"
            case queryCoverage = "query_coverage"
            case bankedCoverage = "banked_coverage"
            case queryPercent = "query_percent"
            case bankedPercent = "banked_percent"
        }
    }

    /// A stretch of the query and the stretch of the banked item that it meets, in seconds.
    public struct Range: Hashable, Sendable, Codable {
        public var queryStart: Double
        public var queryEnd: Double
        public var bankedStart: Double
        public var bankedEnd: Double
        public var speed: Double
        public var matchedSeconds: Double
        public var nearness: Double

        enum CodingKeys: String, CodingKey {
            case speed, nearness
            case queryStart = "query_start"
            case queryEnd = "query_end"
            case bankedStart = "banked_start"
            case bankedEnd = "banked_end"
            case matchedSeconds = "matched_seconds"
        }
    }
}

/// What a lookup found.
public struct LookupAnswer: Hashable, Sendable, Codable {
    /// `matched` or `clear`.
    public var status: String
    public var matches: [MatchDocument]
    /// The last change to the banks that the answer takes into account.
    public var indexSequence: Int64

    enum CodingKeys: String, CodingKey {
        case status, matches
        case indexSequence = "index_sequence"
    }
}
