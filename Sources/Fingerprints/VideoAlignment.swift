/// Finds the straight lines `t_banked = speed · t_query + offset` along which frame hits lie.
///
/// Hits vote for offsets in bins of half a sampling interval, since the two sides were sampled at different
/// moments of the same scene; three neighbouring bins are read together. The best line is refined by least
/// squares, its hits are paired one to one, cut at pauses, and taken out; then the next best line is sought among the rest. So a
/// splice or a re-ordered cut gives several ranges.
///
/// A hit is worth the caller's weight divided by the number of others that would do as well: a still shot of ten
/// seconds offers a hundred pairs, of which ten lie on one line, and counts as one second.
///
/// Cost: a few passes over the hits per line, with at most 64 ranges and 256 lines.
struct VideoAlignment {
    private(set) var ranges: [AlignedRange] = []
    /// Seconds of the query, and of the banked side, that lie in ranges, each by the caller's weight.
    private(set) var coveredSeconds = 0.0
    private(set) var coveredBankedSeconds = 0.0

    private static let maximumRanges = 64
    private static let maximumLines = 256
    /// A hit does as well as another if it is at most this many bits worse.
    private static let ambiguityMargin = 4

    private let interval: Double
    private let thresholds: VideoThresholds

    init(hits: [FrameHit], samplingInterval: MediaTime, thresholds: VideoThresholds) {
        interval = max(0.02, samplingInterval.seconds)
        self.thresholds = thresholds
        var left = Self.votes(hits)
        var lines = 0
        while left.count >= max(1, thresholds.minimumRangeFrames), ranges.count < Self.maximumRanges,
            lines < Self.maximumLines, let line = bestLine(left)
        {
            lines += 1
            let refined = refined(line, left)
            let pairs = oneToOne(left, near: refined)
            let runs = pairs.isEmpty ? [] : cut(pairs)
            var claimedQuery: Set<Int> = []
            var claimedBanked: Set<MediaTime> = []
            for run in runs where ranges.count < Self.maximumRanges {
                append(run, speed: refined.speed)
                claimedQuery.formUnion(run.map(\.hit.queryFrame))
                claimedBanked.formUnion(run.map(\.hit.bankedTime))
            }
            if runs.isEmpty {
                left.removeAll { isNear(line, $0.hit, within: interval * 0.25) }
            } else {
                left.removeAll { claimedQuery.contains($0.hit.queryFrame) || claimedBanked.contains($0.hit.bankedTime) }
            }
        }
        ranges.sort { $0.query.lowerBound < $1.query.lowerBound }
    }

    private struct Vote {
        var hit: FrameHit
        /// The hit's weight after those that would do as well.
        var evidence: Double
    }

    private struct Line {
        var speed: Double
        var offset: Double

        func error(_ hit: FrameHit) -> Double { hit.bankedTime.seconds - speed * hit.queryTime.seconds - offset }
    }

    private static func votes(_ hits: [FrameHit]) -> [Vote] {
        let usable = hits.filter { $0.weight > 0 && $0.weight <= 1 && (0...256).contains($0.distance) }
        let ofQuery = Dictionary(grouping: usable, by: \.queryFrame).mapValues { $0.map(\.distance).sorted() }
        let ofBanked = Dictionary(grouping: usable, by: \.bankedTime).mapValues { $0.map(\.distance).sorted() }
        return usable.map { hit in
            let limit = hit.distance + ambiguityMargin
            let others = min(
                count(ofQuery[hit.queryFrame] ?? [], upTo: limit), count(ofBanked[hit.bankedTime] ?? [], upTo: limit))
            return Vote(hit: hit, evidence: hit.weight / Double(max(1, others)))
        }
    }

    /// How many of the sorted distances are at most `limit`.
    private static func count(_ sorted: [Int], upTo limit: Int) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] <= limit { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isNear(_ line: Line, _ hit: FrameHit, within seconds: Double) -> Bool {
        abs(line.error(hit)) <= seconds
    }

    /// The middle of the three neighbouring bins with the greatest weight; the earlier and slower wins a tie.
    private func bestLine(_ votes: [Vote]) -> Line? {
        let width = interval / 2
        var best: (weight: Double, line: Line)?
        for speed in thresholds.speeds where speed.isFinite && speed > 0 {
            var bins: [Int: Double] = [:]
            for vote in votes {
                let offset = vote.hit.bankedTime.seconds - speed * vote.hit.queryTime.seconds
                guard let bin = Int(exactly: (offset / width).rounded(.down)) else { continue }
                // A sliver of the plain weight finds the line of a still shot, whose evidence is thin everywhere.
                bins[bin, default: 0] += vote.evidence + vote.hit.weight / 64
            }
            for (bin, weight) in bins {
                let sum = weight + 0.5 * ((bins[bin &- 1] ?? 0) + (bins[bin &+ 1] ?? 0))
                let line = Line(speed: speed, offset: (Double(bin) + 0.5) * width)
                if let found = best {
                    if sum < found.weight { continue }
                    if sum == found.weight, (found.line.offset, found.line.speed) <= (line.offset, line.speed) { continue }
                }
                best = (sum, line)
            }
        }
        return best?.line
    }

    /// Least squares over the hits near the line: the offset always, and the speed too where other speeds than 1 are sought.
    private func refined(_ line: Line, _ votes: [Vote]) -> Line {
        var line = line
        for _ in 0..<2 {
            var (sum, sumTime, sumSquare, sumError, sumProduct) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for vote in votes {
                let error = line.error(vote.hit)
                guard abs(error) <= 0.75 * interval else { continue }
                let (weight, time) = (vote.evidence / Double(1 + vote.hit.distance), vote.hit.queryTime.seconds)
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

    /// The hits near the line, each frame of either side in one at most; the more alike and the nearer to the line go first.
    private func oneToOne(_ votes: [Vote], near line: Line) -> [Vote] {
        let near = votes.compactMap { vote in
            let error = abs(line.error(vote.hit))
            return error <= 0.75 * interval ? (cost: Double(vote.hit.distance) + 8 * error / interval, vote: vote) : nil
        }
        var queryFrames: Set<Int> = []
        var bankedTimes: Set<MediaTime> = []
        var pairs: [Vote] = []
        for (_, vote) in near.sorted(by: { $0.cost < $1.cost })
        where !queryFrames.contains(vote.hit.queryFrame) && !bankedTimes.contains(vote.hit.bankedTime) {
            queryFrames.insert(vote.hit.queryFrame)
            bankedTimes.insert(vote.hit.bankedTime)
            pairs.append(vote)
        }
        return pairs.sorted { ($0.hit.queryTime, $0.hit.queryFrame) < ($1.hit.queryTime, $1.hit.queryFrame) }
    }

    /// The runs between pauses that have frames enough.
    private func cut(_ pairs: [Vote]) -> [[Vote]] {
        var runs: [[Vote]] = []
        var run: [Vote] = []
        for pair in pairs {
            if let last = run.last, pair.hit.queryTime - last.hit.queryTime > thresholds.gapTolerance {
                runs.append(run)
                run = []
            }
            run.append(pair)
        }
        runs.append(run)
        return runs.filter { $0.count >= max(1, thresholds.minimumRangeFrames) }
    }

    private mutating func append(_ run: [Vote], speed: Double) {
        let queryTimes = run.map(\.hit.queryTime)
        let bankedTimes = run.map(\.hit.bankedTime)
        guard let queryStart = queryTimes.min(), let queryEnd = queryTimes.max(), let bankedStart = bankedTimes.min(),
            let bankedEnd = bankedTimes.max()
        else { return }
        ranges.append(
            AlignedRange(
                query: queryStart...queryEnd, banked: bankedStart...bankedEnd,
                speed: speed, matchedSeconds: run.reduce(0) { $0 + $1.evidence } * interval, matchedFrames: run.count,
                meanDistance: Double(run.reduce(0) { $0 + $1.hit.distance }) / Double(run.count)))
        let weight = run.reduce(0) { $0 + $1.hit.weight }
        coveredSeconds += weight * interval
        coveredBankedSeconds += weight * interval
    }
}
