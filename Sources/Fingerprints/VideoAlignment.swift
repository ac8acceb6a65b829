/// Finds the straight lines `t_banked = speed · t_query + offset` along which pairs of frames lie.
///
/// Pairs vote for offsets in bins of half a sampling interval, since the two sides were sampled at different
/// moments of the same scene; three neighbouring bins are read together. The best line is refined by least
/// squares, its pairs are thinned to one a frame, cut at pauses, and taken out; then the next best line is sought among
/// the rest. So a splice or a re-ordered cut gives several ranges.
///
/// A pair is worth the frame's weight divided by the number of others that would do as well: a still shot of ten
/// seconds offers a hundred pairs, of which ten lie on one line, and counts as one second.
///
/// Cost: a few passes over the pairs per line, with at most 64 ranges and 128 lines.
struct VideoAlignment {
    private(set) var ranges: [AlignedRange] = []
    /// Seconds that lie in ranges, by the frames' weights.
    private(set) var coveredSeconds = 0.0

    private static let maximumRanges = 64
    private static let maximumLines = 128

    /// Seconds from sample to sample of the side with fewer, and seconds that a matched frame stands for.
    private let interval: Double
    private let frameSeconds: Double
    private let gapSeconds: Double
    private let thresholds: VideoThresholds
    private let minimumFrames: Int

    init(
        _ pairs: [FramePair], step: Int, query: VideoFingerprint, banked: VideoFingerprint, thresholds: VideoThresholds,
        weights: [Double]
    ) {
        interval = max(0.02, max(query.samplingInterval, banked.samplingInterval).seconds)
        let querySeconds = query.samplingInterval.seconds * Double(step)
        frameSeconds = max(interval, querySeconds)
        gapSeconds = max(thresholds.gapTolerance.seconds, step > 1 ? 2.5 * querySeconds : 0)
        self.thresholds = thresholds
        minimumFrames = max(1, thresholds.minimumRangeFrames)
        guard pairs.count >= minimumFrames else { return }
        var isQueryTaken = [Bool](repeating: false, count: query.frames.count)
        var isBankedTaken = [Bool](repeating: false, count: banked.frames.count)
        var left = AlignmentVote.votes(pairs, query: query, banked: banked, weights: weights)
        var lines = 0
        while left.count >= minimumFrames, ranges.count < Self.maximumRanges, lines < Self.maximumLines,
            let line = OffsetHistogram.bestLine(left, speeds: thresholds.speeds, binWidth: interval / 2)
        {
            lines += 1
            let refined = refined(line, left)
            let runs = cut(oneToOne(left, near: refined, isQueryTaken, isBankedTaken))
            guard !runs.isEmpty else {
                left.removeAll { abs(line.error($0)) <= interval / 4 }
                continue
            }
            for run in runs where ranges.count < Self.maximumRanges {
                append(run, speed: refined.speed, query, banked)
                for vote in run {
                    isQueryTaken[vote.queryFrame] = true
                    isBankedTaken[vote.bankedFrame] = true
                }
            }
            left.removeAll { isQueryTaken[$0.queryFrame] || isBankedTaken[$0.bankedFrame] }
        }
        ranges.sort { ($0.query.lowerBound, $0.banked.lowerBound) < ($1.query.lowerBound, $1.banked.lowerBound) }
    }

    /// Least squares over the pairs near the line: the offset always, and the speed too where other speeds than 1 are
    /// sought.
    private func refined(_ line: AlignmentLine, _ votes: [AlignmentVote]) -> AlignmentLine {
        var line = line
        for _ in 0..<2 {
            var (sum, sumTime, sumSquare, sumError, sumProduct) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for vote in votes {
                let error = line.error(vote)
                guard abs(error) <= 0.75 * interval else { continue }
                let (weight, time) = (vote.evidence / Double(1 + vote.distance), vote.queryTime)
                sum += weight
                sumTime += weight * time
                sumSquare += weight * time * time
                sumError += weight * error
                sumProduct += weight * time * error
            }
            guard sum > 0 else { return line }
            let spread = sum * sumSquare - sumTime * sumTime
            if thresholds.speeds.count > 1, spread > sum * sum * interval * interval * 4 {
                let slope = max(-0.05, min(0.05, (sum * sumProduct - sumTime * sumError) / spread))
                line.offset += (sumError - slope * sumTime) / sum
                line.speed += slope
            } else {
                line.offset += sumError / sum
            }
        }
        return line
    }

    /// The pairs near the line, each frame of either side in one at most; the more alike and the nearer to the line go
    /// first.
    private func oneToOne(
        _ votes: [AlignmentVote], near line: AlignmentLine, _ isQueryTaken: [Bool], _ isBankedTaken: [Bool]
    ) -> [AlignmentVote] {
        var near: [(cost: Double, position: Int)] = []
        for (position, vote) in votes.enumerated() {
            let error = abs(line.error(vote))
            if error <= 0.75 * interval { near.append((Double(vote.distance) + 8 * error / interval, position)) }
        }
        near.sort { $0 < $1 }
        var isQueryTaken = isQueryTaken
        var isBankedTaken = isBankedTaken
        var pairs: [AlignmentVote] = []
        for (_, position) in near {
            let vote = votes[position]
            guard !isQueryTaken[vote.queryFrame], !isBankedTaken[vote.bankedFrame] else { continue }
            isQueryTaken[vote.queryFrame] = true
            isBankedTaken[vote.bankedFrame] = true
            pairs.append(vote)
        }
        return pairs.sorted { ($0.queryTime, $0.queryFrame) < ($1.queryTime, $1.queryFrame) }
    }

    /// The runs between pauses that have frames enough.
    private func cut(_ pairs: [AlignmentVote]) -> [ArraySlice<AlignmentVote>] {
        var runs: [ArraySlice<AlignmentVote>] = []
        var start = 0
        for index in pairs.indices {
            let isLast = index + 1 == pairs.count
            guard isLast || pairs[index + 1].queryTime - pairs[index].queryTime > gapSeconds else {
                continue
            }
            if index + 1 - start >= minimumFrames { runs.append(pairs[start...index]) }
            start = index + 1
        }
        return runs
    }

    private mutating func append(
        _ run: ArraySlice<AlignmentVote>, speed: Double, _ query: VideoFingerprint, _ banked: VideoFingerprint
    ) {
        let queryTimes = run.map { query.frames[$0.queryFrame].time }
        let bankedTimes = run.map { banked.frames[$0.bankedFrame].time }
        guard let queryStart = queryTimes.min(), let queryEnd = queryTimes.max(), let bankedStart = bankedTimes.min(),
            let bankedEnd = bankedTimes.max()
        else { return }
        ranges.append(
            AlignedRange(
                query: queryStart...queryEnd, banked: bankedStart...bankedEnd,
                speed: speed, matchedSeconds: run.reduce(0) { $0 + $1.evidence } * frameSeconds,
                matchedFrames: run.count,
                meanDistance: Double(run.reduce(0) { $0 + $1.distance }) / Double(run.count)))
        coveredSeconds += run.reduce(0) { $0 + $1.weight } * frameSeconds
    }
}
