/// How much of each side the other has by the vPDQ rule, which looks at frames and not at their order.
///
/// Each side's frames of enough quality count once per distinct hash; a frame is matched if any of the other side's is
/// near enough.
///
/// Source: vPDQ in Meta's ThreatExchange repository.
public struct VPDQPercentages: Hashable, Sendable {
    /// Of the query's frames, 0 to 100; 0 if none has the quality.
    public var query: Double
    /// Of the banked video's frames, 0 to 100; 0 if none has the quality.
    public var banked: Double

    public init(
        query: VideoFingerprint, banked: VideoFingerprint, minimumQuality: Int = 50, maximumDistance: Int = 31
    ) {
        var thresholds = VideoThresholds()
        thresholds.minimumQuality = minimumQuality
        thresholds.maximumDistance = maximumDistance
        let pairs = FramePairs(query: query, banked: banked, thresholds: thresholds)
        self.init(
            query: query, isQueryMatched: pairs.isQueryMatched, banked: banked,
            isBankedMatched: pairs.isBankedMatched, minimumQuality: minimumQuality)
    }

    init(
        query: VideoFingerprint, isQueryMatched: [Bool], banked: VideoFingerprint, isBankedMatched: [Bool],
        minimumQuality: Int
    ) {
        self.query = Self.percentage(of: query.frames, isMatched: isQueryMatched, minimumQuality: minimumQuality)
        self.banked = Self.percentage(of: banked.frames, isMatched: isBankedMatched, minimumQuality: minimumQuality)
    }

    /// Whether either percentage reaches its threshold; vPDQ's documents and its defaults disagree on the side.
    public func reaches(query: Double = 80, banked: Double = 80) -> Bool {
        self.query >= query || self.banked >= banked
    }

    private static func percentage(of frames: [VideoFrame], isMatched: [Bool], minimumQuality: Int) -> Double {
        var seen: Set<PDQHash> = []
        seen.reserveCapacity(frames.count)
        var matched = 0
        for (frame, isMatched) in zip(frames, isMatched) where frame.quality >= minimumQuality {
            if seen.insert(frame.hash).inserted, isMatched { matched += 1 }
        }
        return seen.isEmpty ? 0 : Double(matched) * 100 / Double(seen.count)
    }
}
