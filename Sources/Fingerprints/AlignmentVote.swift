/// A pair of frames with its times and what it is worth.
struct AlignmentVote {
    var queryFrame: Int
    var bankedFrame: Int
    /// Seconds.
    var queryTime: Double
    var bankedTime: Double
    var distance: Int
    /// What the frame is worth, 0 to 1, and that after the others which would do as well.
    var weight: Double
    var evidence: Double

    /// A pair does as well as another if it is at most this many bits worse.
    private static let ambiguityMargin = 4

    /// The votes of pairs in order of the query's frames; those without weight are left out.
    static func votes(
        _ pairs: [FramePair], query: VideoFingerprint, banked: VideoFingerprint, weights: [Double]
    ) -> [AlignmentVote] {
        var votes: [AlignmentVote] = []
        votes.reserveCapacity(pairs.count)
        for pair in pairs {
            let weight = pair.queryFrame < weights.count ? weights[pair.queryFrame] : 1
            guard weight > 0, weight <= 1 else { continue }
            votes.append(
                AlignmentVote(
                    queryFrame: pair.queryFrame, bankedFrame: pair.bankedFrame,
                    queryTime: query.frames[pair.queryFrame].time.seconds,
                    bankedTime: banked.frames[pair.bankedFrame].time.seconds, distance: pair.distance,
                    weight: weight, evidence: weight))
        }
        let ofQuery = rivals(votes, of: votes.map(\.queryFrame), frames: query.frames.count)
        let ofBanked = rivals(votes, of: votes.map(\.bankedFrame), frames: banked.frames.count)
        for index in votes.indices {
            votes[index].evidence /= Double(max(1, min(ofQuery[index], ofBanked[index])))
        }
        return votes
    }

    /// For each vote, how many votes with the same frame are as near or nearer, or hardly worse; itself among them.
    private static func rivals(_ votes: [AlignmentVote], of frameOf: [Int], frames: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: frames + 1)
        for frame in frameOf { counts[frame + 1] += 1 }
        for frame in 0..<frames { counts[frame + 1] += counts[frame] }
        // `counts[frame]` is now where the frame's votes start in the order by frame.
        var order = [Int](repeating: 0, count: votes.count)
        var free = counts
        for (position, frame) in frameOf.enumerated() {
            order[free[frame]] = position
            free[frame] += 1
        }
        let size = (votes.map(\.distance).max() ?? 0) + ambiguityMargin + 1
        var histogram = [Int](repeating: 0, count: size)
        var rivals = [Int](repeating: 1, count: votes.count)
        for frame in 0..<frames where counts[frame + 1] - counts[frame] > 1 {
            let group = order[counts[frame]..<counts[frame + 1]]
            for distance in 0..<size { histogram[distance] = 0 }
            for position in group { histogram[votes[position].distance] += 1 }
            for distance in 1..<size { histogram[distance] += histogram[distance - 1] }
            for position in group { rivals[position] = histogram[votes[position].distance + ambiguityMargin] }
        }
        return rivals
    }
}

/// `t_banked = speed · t_query + offset`, in seconds.
struct AlignmentLine {
    var speed: Double
    var offset: Double

    func error(_ vote: AlignmentVote) -> Double { vote.bankedTime - speed * vote.queryTime - offset }
}

/// The votes for the offsets of lines of one speed.
enum OffsetHistogram {
    /// More bins than this are sorted instead of stored.
    private static let maximumBins = 1 << 20

    /// The middle of the three neighbouring bins with the greatest weight; the slower, then the earlier, wins a tie.
    static func bestLine(_ votes: [AlignmentVote], speeds: [Double], binWidth: Double) -> AlignmentLine? {
        var best: (weight: Double, line: AlignmentLine)?
        for speed in speeds.sorted() where speed.isFinite && speed > 0 {
            guard let (bin, weight) = bestBin(votes, speed: speed, binWidth: binWidth) else { continue }
            if let known = best, known.weight >= weight { continue }
            best = (weight, AlignmentLine(speed: speed, offset: (Double(bin) + 0.5) * binWidth))
        }
        return best?.line
    }

    private static func bestBin(
        _ votes: [AlignmentVote], speed: Double, binWidth: Double
    ) -> (bin: Int, weight: Double)? {
        var bins: [(bin: Int, weight: Double)] = []
        bins.reserveCapacity(votes.count)
        for vote in votes {
            let offset = (vote.bankedTime - speed * vote.queryTime) / binWidth
            // Times beyond what a bin can number are left out.
            guard abs(offset) < 0x1p50 else { continue }
            // A sliver of the plain weight finds the line of a still shot, whose evidence is thin everywhere.
            bins.append((Int(offset.rounded(.down)), vote.evidence + vote.weight / 64))
        }
        guard let first = bins.map(\.bin).min(), let last = bins.map(\.bin).max() else { return nil }
        if last - first < maximumBins {
            var sums = [Double](repeating: 0, count: last - first + 1)
            for (bin, weight) in bins { sums[bin - first] += weight }
            bins = sums.enumerated().compactMap { $0.element > 0 ? (bin: first + $0.offset, weight: $0.element) : nil }
        } else {
            bins.sort { $0.bin < $1.bin }
            var merged: [(bin: Int, weight: Double)] = []
            for entry in bins {
                if let end = merged.last, end.bin == entry.bin {
                    merged[merged.count - 1].weight += entry.weight
                } else {
                    merged.append(entry)
                }
            }
            bins = merged
        }
        var best: (bin: Int, weight: Double)?
        for index in bins.indices {
            var sum = bins[index].weight
            if index > 0, bins[index - 1].bin == bins[index].bin - 1 { sum += bins[index - 1].weight / 2 }
            if index + 1 < bins.count, bins[index + 1].bin == bins[index].bin + 1 { sum += bins[index + 1].weight / 2 }
            if sum > best?.weight ?? 0 { best = (bins[index].bin, sum) }
        }
        return best
    }
}
