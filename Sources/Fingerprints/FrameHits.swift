extension FrameHit {
    /// As many hits as one comparison keeps, about; a limit on memory when both sides stand still.
    private static let budget = 1_000_000

    /// Finds every pair of voting frames that are alike.
    ///
    /// Where a frame of the query has more hits than its share of the budget, the nearest are kept: by distance, then by time.
    static func hits(
        of query: VideoFingerprint, in banked: VideoFingerprint, thresholds: VideoThresholds
    ) -> [FrameHit] {
        let queryFrames = query.frames.enumerated().filter { $0.element.quality >= thresholds.minimumQuality }
        let bankedFrames = banked.frames.filter { $0.quality >= thresholds.minimumQuality }
        let share = max(16, budget / max(1, queryFrames.count))
        var hits: [FrameHit] = []
        var found: [FrameHit] = []
        for (position, frame) in queryFrames {
            found.removeAll(keepingCapacity: true)
            for other in bankedFrames {
                let distance = frame.hash.distance(to: other.hash)
                guard distance <= thresholds.maximumDistance else { continue }
                found.append(
                    FrameHit(queryFrame: position, queryTime: frame.time, bankedTime: other.time, distance: distance))
            }
            if found.count > share {
                found.sort { ($0.distance, $0.shift) < ($1.distance, $1.shift) }
                found.removeLast(found.count - share)
            }
            hits += found
        }
        return hits
    }

    private var shift: UInt64 { (bankedTime - queryTime).milliseconds.magnitude }
}

extension VideoFingerprint {
    /// The usual time from one frame to the next: the median, between 20 ms and 10 s; 1 s when there are fewer than two frames.
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
