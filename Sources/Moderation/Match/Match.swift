public import Fingerprints

/// A dated fact: a fingerprint met an entry. A fact, not a judgement.
public struct Match: Hashable, Sendable, Noun {
    public static let idPrefix = "mat"

    public var id: ID<Match>
    public var content: ID<Content>
    public var platform: ID<Platform>
    public var bank: ID<Bank>
    public var entry: ID<BankEntry>
    public var evidence: MatchEvidence
    public var state: MatchState
    public var createdAt: Timestamp

    public init(
        id: ID<Match>, content: ID<Content>, platform: ID<Platform>, bank: ID<Bank>, entry: ID<BankEntry>,
        evidence: MatchEvidence, state: MatchState, createdAt: Timestamp
    ) {
        self.id = id
        self.content = content
        self.platform = platform
        self.bank = bank
        self.entry = entry
        self.evidence = evidence
        self.state = state
        self.createdAt = createdAt
    }
}

/// What became of a raised match.
public enum MatchState: Hashable, Sendable, Codable {
    /// It stands and takes effect by its bank's purpose.
    case open
    /// A benign entry says that the thing is harmless.
    case suppressed(by: ID<BankEntry>)
    /// Recorded with no effect, and why: `bank_shadow`, `bank_paused`, `outside_rollout`, `purpose_test`, `purpose_benign`.
    case shadow(reason: String)

    public var name: String {
        switch self {
        case .open: "open"
        case .suppressed: "suppressed"
        case .shadow: "shadow"
        }
    }
}

/// How near, and where.
public struct MatchEvidence: Hashable, Sendable, Codable {
    public var algorithm: FingerprintAlgorithm
    public var algorithmVersion: Int
    /// The Hamming distance of two PDQ hashes, or the mean over aligned frames; absent for exact digests and sound.
    public var distance: Double?
    /// The share of differing bits of aligned sound.
    public var bitErrorRate: Double?
    public var queryQuality: Int?
    public var bankedQuality: Int?
    /// Which view of the query matched: `upright`, `flipX`, `onWhite` …
    public var variant: String?
    /// The shares, 0 to 1, of the query and of the banked item that the match covers.
    public var queryCoverage: Double
    public var bankedCoverage: Double
    /// The published vPDQ percentages, 0 to 100, of video.
    public var queryPercent: Double?
    public var bankedPercent: Double?
    /// Which times of the query meet which times of the banked item.
    public var ranges: [AlignedSpan]

    public init(
        algorithm: FingerprintAlgorithm, algorithmVersion: Int = 1, distance: Double? = nil,
        bitErrorRate: Double? = nil, queryQuality: Int? = nil, bankedQuality: Int? = nil, variant: String? = nil,
        queryCoverage: Double = 1, bankedCoverage: Double = 1, queryPercent: Double? = nil,
        bankedPercent: Double? = nil, ranges: [AlignedSpan] = []
    ) {
        self.algorithm = algorithm
        self.algorithmVersion = algorithmVersion
        self.distance = distance
        self.bitErrorRate = bitErrorRate
        self.queryQuality = queryQuality
        self.bankedQuality = bankedQuality
        self.variant = variant
        self.queryCoverage = queryCoverage
        self.bankedCoverage = bankedCoverage
        self.queryPercent = queryPercent
        self.bankedPercent = bankedPercent
        self.ranges = ranges
    }
}

/// A stretch of the query that meets a stretch of the banked item.
public struct AlignedSpan: Hashable, Sendable, Codable {
    public var queryStart: MediaTime
    public var queryEnd: MediaTime
    public var bankedStart: MediaTime
    public var bankedEnd: MediaTime
    /// How much faster than the banked item the query plays: 1 is equal.
    public var speed: Double
    public var matchedSeconds: Double
    /// The mean Hamming distance of the frames, or the bit-error rate of the sound.
    public var nearness: Double

    public init(
        queryStart: MediaTime, queryEnd: MediaTime, bankedStart: MediaTime, bankedEnd: MediaTime, speed: Double = 1,
        matchedSeconds: Double, nearness: Double
    ) {
        self.queryStart = queryStart
        self.queryEnd = queryEnd
        self.bankedStart = bankedStart
        self.bankedEnd = bankedEnd
        self.speed = speed
        self.matchedSeconds = matchedSeconds
        self.nearness = nearness
    }
}

extension MatchEvidence {
    /// A short clause for people: "picture, 6 of 256 bits apart".
    public var summary: String {
        switch algorithm {
        case .md5, .sha256: return "the same bytes"
        case .pdq:
            let turned = variant.map { $0 == "upright" ? "" : ", \($0)" } ?? ""
            return "picture, \(Int(distance ?? 0)) of 256 bits apart\(turned)"
        case .video:
            let seconds = ranges.reduce(0) { $0 + $1.matchedSeconds }
            return "\(Self.round(seconds)) s of video, \(Self.round(distance ?? 0)) of 256 bits apart on average"
        case .audio:
            let seconds = ranges.reduce(0) { $0 + $1.matchedSeconds }
            return "\(Self.round(seconds)) s of sound, \(Self.round((bitErrorRate ?? 0) * 100)) % of bits apart"
        }
    }

    private static func round(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
