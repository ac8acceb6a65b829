/// What two videos have in common: where, how much, and whether that is a match.
public struct VideoComparison: Hashable, Sendable {
    /// The stretches that run in parallel, by time in the query. No frame of either side is in two of them.
    public var ranges: [AlignedRange]
    /// Seconds of evidence in all ranges together.
    public var matchedSeconds: Double
    /// The mean distance of the matched frames of all ranges, in bits of 256; 0 where there is no range.
    public var meanDistance: Double
    /// The part, 0 to 1, of each side's duration that matched.
    public var queryCoverage: Double
    public var bankedCoverage: Double
    public var queryDuration: MediaTime
    public var bankedDuration: MediaTime
    /// The part, 0 to 1, of each side's frames that have the quality to vote.
    public var queryVotingShare: Double
    public var bankedVotingShare: Double
    /// What vPDQ would say of the two, which ignores order and weights.
    public var percentages: VPDQPercentages

    /// Compares two fingerprints, frame by frame.
    ///
    /// `weights` has a number from 0 to 1 for each frame of the query (`frameWeight(entries:)` makes one); where it is
    /// absent or too short, a frame weighs 1. A weight that is not from 0 to 1 counts as 0.
    ///
    /// Cost: about 1 µs for each frame of the query against an hour of banked frames, when few frames are alike.
    public init(
        query: VideoFingerprint, banked: VideoFingerprint, thresholds: VideoThresholds = VideoThresholds(),
        weights: [Double]? = nil
    ) {
        self.init(
            FramePairs(query: query, banked: banked, thresholds: thresholds), query, banked, thresholds, weights)
    }

    /// Compares by the pairs of frames that an index found in one banked video.
    ///
    /// `pairs` holds every pair of these two videos within the distance, in any order. Pairs of frames that do not vote
    /// or are too far apart, or that name no frame, are left out.
    public init(
        pairs: [FramePair], query: VideoFingerprint, banked: VideoFingerprint,
        thresholds: VideoThresholds = VideoThresholds(), weights: [Double]? = nil
    ) {
        self.init(
            FramePairs(pairs, query: query, banked: banked, thresholds: thresholds), query, banked, thresholds,
            weights)
    }

    private init(
        _ pairs: FramePairs, _ query: VideoFingerprint, _ banked: VideoFingerprint, _ thresholds: VideoThresholds,
        _ weights: [Double]?
    ) {
        let alignment = VideoAlignment(
            pairs.pairs, step: pairs.step, query: query, banked: banked, thresholds: thresholds, weights: weights ?? [])
        ranges = alignment.ranges
        matchedSeconds = ranges.reduce(0) { $0 + $1.matchedSeconds }
        let frames = ranges.reduce(0) { $0 + $1.matchedFrames }
        meanDistance = ranges.reduce(0) { $0 + $1.meanDistance * Double($1.matchedFrames) } / Double(max(1, frames))
        queryDuration = query.coveredDuration
        bankedDuration = banked.coveredDuration
        queryCoverage = Self.coverage(of: queryDuration, by: alignment.coveredSeconds)
        bankedCoverage = Self.coverage(of: bankedDuration, by: alignment.coveredSeconds)
        queryVotingShare = Self.votingShare(of: query, thresholds)
        bankedVotingShare = Self.votingShare(of: banked, thresholds)
        percentages = VPDQPercentages(
            query: query, isQueryMatched: pairs.isQueryMatched, banked: banked,
            isBankedMatched: pairs.isBankedMatched, minimumQuality: thresholds.minimumQuality)
    }

    /// Thins what an index found for one frame of the query in one banked video to what a comparison would use of it, so
    /// that two long videos which stand still do not fill the memory with the pairs of each frame with each.
    ///
    /// `queryFrames` is how many frames the query has, and `videos` in how many banked videos this one was found. The
    /// nearest stay: by distance, then by time. Few pairs are answered as they are.
    public static func thinned(
        _ found: [(frame: Int, distance: Int)], at time: MediaTime, in banked: VideoFingerprint, queryFrames: Int,
        videos: Int
    ) -> [(frame: Int, distance: Int)] {
        let share = FramePairs.pairBudget / max(1, queryFrames)
        return FramePairs.kept(
            found, share: max(16, min(share, 10 * share / max(1, videos))), around: time, banked)
    }

    /// Whether this is a match, and by which rule.
    ///
    /// Where black or flat frames of the shorter side have no vote, the share of it that must match is of the others;
    /// but never less than half of the threshold of the whole.
    public func verdict(_ thresholds: VideoThresholds = VideoThresholds()) -> MatchVerdict {
        guard !ranges.isEmpty else { return .noMatch }
        if matchedSeconds >= thresholds.matchedSeconds { return .enoughSeconds }
        let (coverage, share) =
            queryDuration <= bankedDuration
            ? (queryCoverage, queryVotingShare) : (bankedCoverage, bankedVotingShare)
        return coverage >= thresholds.shorterSideCoverage * max(0.5, share) ? .enoughOfShorterSide : .noMatch
    }

    /// What a frame is worth that looks like frames of so many banked videos: 1 up to 32, then ever less.
    ///
    /// A black picture, a logo or a title is in hundreds; a few dozen may be copies of one video.
    public static func frameWeight(entries: Int) -> Double { entries <= 32 ? 1 : 32 / Double(entries) }

    private static func votingShare(of side: VideoFingerprint, _ thresholds: VideoThresholds) -> Double {
        let voters = side.frames.count { $0.quality >= thresholds.minimumQuality }
        return Double(voters) / Double(max(1, side.frames.count))
    }

    private static func coverage(of duration: MediaTime, by seconds: Double) -> Double {
        duration > .zero ? min(1, seconds / duration.seconds) : 0
    }
}

extension VideoFingerprint {
    /// The usual time from one frame to the next: the median, between 20 ms and 10 s; 1 s when there are fewer than two
    /// frames.
    public var samplingInterval: MediaTime {
        guard frames.count >= 2 else { return MediaTime(milliseconds: 1000) }
        let times = frames.map(\.time.milliseconds).sorted()
        let steps = zip(times.dropFirst(), times).map { $0.subtractingReportingOverflow($1).partialValue }.sorted()
        return MediaTime(milliseconds: min(10_000, max(20, steps[steps.count / 2])))
    }

    /// The duration, or the time that the frames stand for where no duration is known.
    public var coveredDuration: MediaTime {
        guard let last = frames.map(\.time).max() else { return duration }
        return duration > .zero ? duration : last + samplingInterval
    }
}
