import Fingerprints
import HashIndex
import Moderation
import Synchronization

extension Findings {
    /// Looks up every frame that may vote, gathers the pairs by banked video, and compares the videos that have some.
    ///
    /// A frame that looks like frames of many banked videos (black, a logo, a title) weighs little, so it cannot make a match.
    mutating func addVideo(
        _ query: VideoFingerprint, radius: Int, on platform: ID<Platform>, in index: LiveIndex, _ frames: HammingIndex
    ) {
        let pairs = FramePairTable(query, radius: radius, in: index, frames)
        for (signal, found) in pairs.byVideo {
            guard let (record, bank) = index.matched(signal, on: platform),
                let banked = index.tables.withLock({ $0.video(signal) })
            else { continue }
            let thresholds = VideoThresholds(bank.thresholds)
            let comparison = VideoComparison(
                pairs: found, query: query, banked: banked, thresholds: thresholds, weights: pairs.weights)
            guard comparison.verdict(thresholds).isMatch else { continue }
            add(record, bank, MatchEvidence(comparison))
        }
    }
}

/// The pairs of alike frames, by the banked video that they are with.
private struct FramePairTable {
    private(set) var byVideo: [(signal: UInt32, pairs: [FramePair])] = []
    /// For each frame of the query, what it is worth.
    private(set) var weights: [Double]

    init(_ query: VideoFingerprint, radius: Int, in index: LiveIndex, _ frames: HammingIndex) {
        weights = [Double](repeating: 1, count: query.frames.count)
        var hits: [HammingIndex.Hit] = []
        var pairs: [UInt32: [FramePair]] = [:]
        for (position, frame) in query.frames.enumerated() where frame.quality > 0 {
            hits.removeAll(keepingCapacity: true)
            frames.lookup(frame.hash.words, radius: radius, into: &hits)
            guard !hits.isEmpty else { continue }
            var videos: [UInt32: [(frame: Int, distance: Int)]] = [:]
            index.tables.withLock { tables in
                for hit in hits {
                    let slot = tables.frame(hit.slot)
                    videos[slot.signal, default: []].append((Int(slot.frame), Int(hit.distance)))
                }
            }
            for (signal, found) in videos {
                guard let banked = index.tables.withLock({ $0.video(signal) }) else { continue }
                let kept = VideoComparison.thinned(
                    found, at: frame.time, in: banked, queryFrames: query.frames.count, videos: videos.count)
                pairs[signal, default: []] += kept.map {
                    FramePair(queryFrame: position, bankedFrame: $0.frame, distance: $0.distance)
                }
            }
            weights[position] = VideoComparison.frameWeight(entries: videos.count)
        }
        byVideo = pairs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension VideoThresholds {
    fileprivate init(_ thresholds: MatchThresholds) {
        self.init()
        minimumQuality = thresholds.pdqQuality
        maximumDistance = thresholds.pdqDistance
        matchedSeconds = thresholds.videoSeconds
        shorterSideCoverage = thresholds.videoShare
    }
}

extension MatchEvidence {
    fileprivate init(_ comparison: VideoComparison) {
        self.init(
            algorithm: .video, distance: comparison.meanDistance, queryCoverage: comparison.queryCoverage,
            bankedCoverage: comparison.bankedCoverage, queryPercent: comparison.percentages.query,
            bankedPercent: comparison.percentages.banked, ranges: comparison.ranges.map { AlignedSpan($0) })
    }
}

extension AlignedSpan {
    /// A range as it is recorded. `nearness` turns the mean distance into what the evidence of its kind counts in.
    init(_ range: AlignedRange, nearness: (Double) -> Double = { $0 }) {
        self.init(
            queryStart: range.query.lowerBound, queryEnd: range.query.upperBound,
            bankedStart: range.banked.lowerBound, bankedEnd: range.banked.upperBound, speed: range.speed,
            matchedSeconds: range.matchedSeconds, nearness: nearness(range.meanDistance))
    }
}
