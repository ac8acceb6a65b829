/// What two videos have in common: where, how much, and whether that is a match.
public struct VideoComparison: Hashable, Sendable {
    /// The stretches that run in parallel, by time in the query. No frame of either side is in two of them.
    public var ranges: [AlignedRange]
    /// Seconds of evidence in all ranges together.
    public var matchedSeconds: Double
    /// The part, 0 to 1, of each side's duration that matched.
    public var queryCoverage: Double
    public var bankedCoverage: Double
    public var queryDuration: MediaTime
    public var bankedDuration: MediaTime

    /// Compares two fingerprints frame by frame. The cost is the product of their frame counts, a few nanoseconds each.
    public init(query: VideoFingerprint, banked: VideoFingerprint, thresholds: VideoThresholds = VideoThresholds()) {
        let interval = max(query.samplingInterval, banked.samplingInterval)
        self.init(
            hits: FrameHit.hits(of: query, in: banked, thresholds: thresholds), samplingInterval: interval,
            queryDuration: query.coveredDuration, bankedDuration: banked.coveredDuration, thresholds: thresholds)
    }

    /// Compares by the frame hits that an index found in one banked video.
    ///
    /// The caller leaves out frames of low quality and hits beyond the distance. `samplingInterval` is that of the side
    /// with the fewer frames per second.
    public init(
        hits: [FrameHit], samplingInterval: MediaTime, queryDuration: MediaTime, bankedDuration: MediaTime,
        thresholds: VideoThresholds = VideoThresholds()
    ) {
        let alignment = VideoAlignment(hits: hits, samplingInterval: samplingInterval, thresholds: thresholds)
        ranges = alignment.ranges
        matchedSeconds = ranges.reduce(0) { $0 + $1.matchedSeconds }
        queryCoverage = Self.coverage(of: queryDuration, by: alignment.coveredSeconds)
        bankedCoverage = Self.coverage(of: bankedDuration, by: alignment.coveredBankedSeconds)
        self.queryDuration = queryDuration
        self.bankedDuration = bankedDuration
    }

    /// Whether this is a match, and by which rule.
    public func verdict(_ thresholds: VideoThresholds = VideoThresholds()) -> MatchVerdict {
        guard !ranges.isEmpty else { return .noMatch }
        if matchedSeconds >= thresholds.matchedSeconds { return .enoughSeconds }
        let coverage = queryDuration <= bankedDuration ? queryCoverage : bankedCoverage
        return coverage >= thresholds.shorterSideCoverage ? .enoughOfShorterSide : .noMatch
    }

    private static func coverage(of duration: MediaTime, by seconds: Double) -> Double {
        duration > .zero ? min(1, seconds / duration.seconds) : 0
    }
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

/// When frames count as alike, and when enough of them make a match.
public struct VideoThresholds: Hashable, Sendable {
    /// Frames of less quality, 0 to 100, do not vote.
    public var minimumQuality = 50
    /// Frames that differ in more bits, 0 to 256, are not alike.
    public var maximumDistance = 31
    /// A match has as many seconds of evidence.
    public var matchedSeconds = 3.0
    /// Or, 0 to 1, as much of the shorter side's duration.
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

/// One frame of the query that looks like one frame of a banked video.
public struct FrameHit: Hashable, Sendable {
    /// Which frame of the query; equal numbers are the same frame.
    public var queryFrame: Int
    public var queryTime: MediaTime
    public var bankedTime: MediaTime
    /// 0 to 256 bits.
    public var distance: Int
    /// What the frame is worth, 0 to 1: 1 for a frame of one banked video, less for one that many have.
    public var weight: Double

    public init(
        queryFrame: Int, queryTime: MediaTime, bankedTime: MediaTime, distance: Int, weight: Double = 1
    ) {
        self.queryFrame = queryFrame
        self.queryTime = queryTime
        self.bankedTime = bankedTime
        self.distance = distance
        self.weight = weight
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
