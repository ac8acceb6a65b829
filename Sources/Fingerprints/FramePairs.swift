/// One frame of the query that looks like one frame of a banked video.
public struct FramePair: Hashable, Sendable {
    /// Where the frame stands in `VideoFingerprint.frames` of the query, and of the banked video.
    public var queryFrame: Int
    public var bankedFrame: Int
    /// 0 to 256 bits.
    public var distance: Int

    public init(queryFrame: Int, bankedFrame: Int, distance: Int) {
        self.queryFrame = queryFrame
        self.bankedFrame = bankedFrame
        self.distance = distance
    }
}

/// The frames of two videos that are alike, in order of the query's frames.
struct FramePairs {
    private(set) var pairs: [FramePair] = []
    /// For each frame of either side, whether any frame of the other is near enough. Frames that do not vote are not.
    private(set) var isQueryMatched: [Bool]
    private(set) var isBankedMatched: [Bool]

    /// As many pairs as one comparison keeps, about; a limit on memory and time when both sides stand still.
    static let pairBudget = 200_000
    /// As many distances as one comparison computes, about, before it leaves out frames of the query.
    private static let distanceBudget = 100_000_000

    /// Every so many voting frames of the query were looked at; 1 but for very long videos that stand still.
    private(set) var step = 1

    /// Finds every pair of voting frames within the distance.
    ///
    /// Where a frame of the query has more pairs than its share of the budget, the nearest are kept: by distance, then
    /// by time. Two very long videos that stand still are compared at every `step`th frame of the query.
    init(query: VideoFingerprint, banked: VideoFingerprint, thresholds: VideoThresholds) {
        isQueryMatched = []
        isBankedMatched = []
        let radius = min(256, thresholds.maximumDistance)
        guard radius >= 0 else {
            isQueryMatched = Array(repeating: false, count: query.frames.count)
            isBankedMatched = Array(repeating: false, count: banked.frames.count)
            return
        }
        let queryVoters = query.frames.indices.filter { query.frames[$0].quality >= thresholds.minimumQuality }
        let bankedVoters = banked.frames.indices.filter { banked.frames[$0].quality >= thresholds.minimumQuality }
        var search = FrameSearch(banked.frames, voters: bankedVoters, radius: radius, queries: queryVoters.count)
        while let done = join(query, banked, queryVoters, &search) {
            let wanted = (Double(queryVoters.count) / Double(max(1, done))).rounded(.up)
            step = min(max(step * 2, Int(Double(step) * wanted)), max(step * 2, queryVoters.count))
        }
    }

    /// Takes the pairs that an index found, those that are not within the thresholds or not of these frames left out.
    init(
        _ found: [FramePair], query: VideoFingerprint, banked: VideoFingerprint, thresholds: VideoThresholds
    ) {
        isQueryMatched = Array(repeating: false, count: query.frames.count)
        isBankedMatched = Array(repeating: false, count: banked.frames.count)
        for pair in found {
            guard query.frames.indices.contains(pair.queryFrame), banked.frames.indices.contains(pair.bankedFrame),
                (0...256).contains(pair.distance), pair.distance <= thresholds.maximumDistance,
                query.frames[pair.queryFrame].quality >= thresholds.minimumQuality,
                banked.frames[pair.bankedFrame].quality >= thresholds.minimumQuality
            else { continue }
            isQueryMatched[pair.queryFrame] = true
            isBankedMatched[pair.bankedFrame] = true
            pairs.append(pair)
        }
        pairs.sort { ($0.queryFrame, $0.bankedFrame, $0.distance) < ($1.queryFrame, $1.bankedFrame, $1.distance) }
        let share = max(16, Self.pairBudget / max(1, query.frames.count))
        var kept: [FramePair] = []
        var group: [(frame: Int, distance: Int)] = []
        for (position, pair) in pairs.enumerated() {
            if group.last?.frame != pair.bankedFrame { group.append((pair.bankedFrame, pair.distance)) }
            guard position + 1 == pairs.count || pairs[position + 1].queryFrame != pair.queryFrame else { continue }
            if group.count > share {
                group = Self.nearest(share, of: group, around: query.frames[pair.queryFrame].time, banked)
            }
            kept += group.map {
                FramePair(queryFrame: pair.queryFrame, bankedFrame: $0.frame, distance: $0.distance)
            }
            group.removeAll(keepingCapacity: true)
        }
        pairs = kept
    }

    /// Fills the pairs from every `step`th voting frame of the query, or answers how many voting frames it got to when
    /// that takes too long.
    private mutating func join(
        _ query: VideoFingerprint, _ banked: VideoFingerprint, _ voters: [Int], _ search: inout FrameSearch
    ) -> Int? {
        pairs.removeAll(keepingCapacity: true)
        isQueryMatched = Array(repeating: false, count: query.frames.count)
        isBankedMatched = Array(repeating: false, count: banked.frames.count)
        let start = search.distancesComputed
        let share = max(16, Self.pairBudget / max(1, voters.count / step))
        for position in stride(from: 0, to: voters.count, by: step) {
            let frame = query.frames[voters[position]]
            search.find(frame.hash)
            let next = position + step
            if search.distancesComputed - start > Self.distanceBudget, next < voters.count { return next }
            guard !search.found.isEmpty else { continue }
            for voter in voters[position..<min(next, voters.count)] { isQueryMatched[voter] = true }
            var found = search.found
            for pair in found { isBankedMatched[pair.frame] = true }
            found.sort { $0.frame < $1.frame }
            if found.count > share { found = Self.nearest(share, of: found, around: frame.time, banked) }
            for pair in found {
                pairs.append(
                    FramePair(queryFrame: voters[position], bankedFrame: pair.frame, distance: pair.distance))
            }
        }
        return nil
    }

    /// The pairs of one frame of the query with one banked video that a comparison keeps: at most its share of the budget.
    static func kept(
        _ found: [(frame: Int, distance: Int)], share: Int, around time: MediaTime, _ banked: VideoFingerprint
    ) -> [(frame: Int, distance: Int)] {
        guard found.count > max(1, share) else { return found }
        let ordered = found.filter { banked.frames.indices.contains($0.frame) && (0...256).contains($0.distance) }
            .sorted { $0.frame < $1.frame }
        return ordered.count > share ? nearest(max(1, share), of: ordered, around: time, banked) : ordered
    }

    /// The nearest `count` of pairs in order of time, and of equals those around `time`.
    private static func nearest(
        _ count: Int, of found: [(frame: Int, distance: Int)], around time: MediaTime, _ banked: VideoFingerprint
    ) -> [(frame: Int, distance: Int)] {
        var histogram = [Int](repeating: 0, count: 257)
        for pair in found { histogram[pair.distance] += 1 }
        var (limit, nearer) = (0, 0)
        while nearer + histogram[limit] < count {
            nearer += histogram[limit]
            limit += 1
        }
        let equals = histogram[limit]
        let before = found.count { $0.distance == limit && banked.frames[$0.frame].time < time }
        let first = min(max(0, before - (count - nearer) / 2), equals - (count - nearer))
        var seen = -1
        return found.filter { pair in
            if pair.distance == limit { seen += 1 }
            return pair.distance < limit
                || pair.distance == limit && (first..<first + count - nearer).contains(seen)
        }
    }
}
