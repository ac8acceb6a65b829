import Fingerprints
import Moderation

/// A match that is stored, or one that a lookup raised: which entry, how near, and where.
struct WireMatch: Encodable {
    /// Absent in a lookup, which stores nothing.
    var id: String?
    var bank: String
    /// Only in a lookup.
    var bankName: String?
    var purpose: String?
    var entry: String
    /// `open`, `suppressed` or `shadow`.
    var state: String
    /// Why it is `shadow`.
    var stateReason: String?
    /// The benign entry that makes it `suppressed`.
    var suppressedBy: String?
    var evidence: WireEvidence
    var summary: String

    init(_ match: Match) {
        self.init(bank: match.bank, entry: match.entry, state: match.state, evidence: match.evidence)
        id = match.id.text
    }

    init(_ raised: MatchSettlement.Raised, state: MatchState) {
        self.init(bank: raised.bank.id, entry: raised.entry, state: state, evidence: raised.evidence)
        bankName = raised.bank.name.text
        purpose = raised.bank.purpose.rawValue
    }

    private init(bank: ID<Bank>, entry: ID<BankEntry>, state: MatchState, evidence: MatchEvidence) {
        self.bank = bank.text
        self.entry = entry.text
        self.state = state.name
        switch state {
        case .open: break
        case .suppressed(let benign): suppressedBy = benign.text
        case .shadow(let reason): stateReason = reason
        }
        self.evidence = WireEvidence(evidence)
        summary = evidence.summary
    }

    enum CodingKeys: String, CodingKey {
        case id, bank, purpose, entry, state, evidence, summary
        case bankName = "bank_name"
        case stateReason = "state_reason"
        case suppressedBy = "suppressed_by"
    }
}

struct WireEvidence: Encodable {
    var algorithm: String
    var version: Int
    var distance: Double?
    var bitErrorRate: Double?
    var queryQuality: Int?
    var bankedQuality: Int?
    var variant: String?
    var queryCoverage: Double
    var bankedCoverage: Double
    var queryPercent: Double?
    var bankedPercent: Double?
    var ranges: [WireRange]

    init(_ evidence: MatchEvidence) {
        algorithm = evidence.algorithm.rawValue
        version = evidence.algorithmVersion
        distance = evidence.distance
        bitErrorRate = evidence.bitErrorRate
        queryQuality = evidence.queryQuality
        bankedQuality = evidence.bankedQuality
        variant = evidence.variant
        queryCoverage = evidence.queryCoverage
        bankedCoverage = evidence.bankedCoverage
        queryPercent = evidence.queryPercent
        bankedPercent = evidence.bankedPercent
        ranges = evidence.ranges.map(WireRange.init)
    }

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
struct WireRange: Encodable {
    var queryStart: Double
    var queryEnd: Double
    var bankedStart: Double
    var bankedEnd: Double
    var speed: Double
    var matchedSeconds: Double
    var nearness: Double

    init(_ span: AlignedSpan) {
        queryStart = span.queryStart.seconds
        queryEnd = span.queryEnd.seconds
        bankedStart = span.bankedStart.seconds
        bankedEnd = span.bankedEnd.seconds
        speed = span.speed
        matchedSeconds = span.matchedSeconds
        nearness = span.nearness
    }

    enum CodingKeys: String, CodingKey {
        case speed, nearness
        case queryStart = "query_start"
        case queryEnd = "query_end"
        case bankedStart = "banked_start"
        case bankedEnd = "banked_end"
        case matchedSeconds = "matched_seconds"
    }
}
