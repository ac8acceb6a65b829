/// When frames count as alike, and when enough of them make a match.
public struct VideoThresholds: Hashable, Sendable {
    /// Frames of less quality, 0 to 100, do not vote.
    public var minimumQuality = 50
    /// Frames that differ in more bits, 0 to 256, are not alike.
    public var maximumDistance = 31
    /// A match has as many seconds of evidence.
    public var matchedSeconds = 3.0
    /// Or, 0 to 1, as much of the shorter side's duration, as far as its frames can vote.
    public var shorterSideCoverage = 0.8
    /// A range has as many matched frames; one look-alike frame is no evidence.
    public var minimumRangeFrames = 2
    /// A pause between matched frames longer than this ends a range. Frames that were not alike, or did not vote, may
    /// stand in a shorter pause; they add no evidence.
    public var gapTolerance = MediaTime(milliseconds: 5000)
    /// The speeds to try: seconds of the banked video for one second of the query.
    public var speeds: [Double] = [1]

    public init() {}
}

/// Whether two videos or two sounds match, and by which rule.
public enum MatchVerdict: String, Hashable, Sendable, Codable {
    case noMatch
    /// The seconds in common reach the threshold.
    case enoughSeconds
    /// The seconds do not, but the greater part of the shorter side is in the other.
    case enoughOfShorterSide

    public var isMatch: Bool {
        switch self {
        case .noMatch: false
        case .enoughSeconds, .enoughOfShorterSide: true
        }
    }
}

/// A stretch of the query that runs in parallel with a stretch of a banked video or sound.
public struct AlignedRange: Hashable, Sendable {
    /// From the first matched moment to the last.
    public var query: ClosedRange<MediaTime>
    public var banked: ClosedRange<MediaTime>
    /// Seconds of the banked side for one second of the query.
    public var speed: Double
    /// Seconds of evidence: common and repeated frames count for less than their time.
    public var matchedSeconds: Double
    /// Frames, or words of sound, that matched.
    public var matchedFrames: Int
    /// Mean distance in bits: of 256 for frames, of 32 for words of sound.
    public var meanDistance: Double

    public init(
        query: ClosedRange<MediaTime>, banked: ClosedRange<MediaTime>, speed: Double, matchedSeconds: Double,
        matchedFrames: Int, meanDistance: Double
    ) {
        self.query = query
        self.banked = banked
        self.speed = speed
        self.matchedSeconds = matchedSeconds
        self.matchedFrames = matchedFrames
        self.meanDistance = meanDistance
    }
}
