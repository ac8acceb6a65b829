import Fingerprints
import MediaWorker

/// What two files have in common, algorithm by algorithm.
struct Comparison: Codable, Hashable {
    /// One way of comparing, and what it says.
    struct Finding: Codable, Hashable {
        var algorithm: FingerprintAlgorithm
        var matched: Bool
        /// Bits of 256: of two pictures, the mean over aligned frames, or the nearest frame to a picture.
        var distance: Double?
        /// The share, 0 to 1, of differing bits of aligned sound.
        var bitErrorRate: Double?
        /// Which view of A met B: `flipX`, `rotate90` …; absent where it is upright.
        var variant: String?
        var qualityA: Int?
        var qualityB: Int?
        var matchedSeconds: Double?
        /// Shares, 0 to 1, of each side.
        var coverageA: Double?
        var coverageB: Double?
        /// vPDQ percentages, 0 to 100.
        var percentA: Double?
        var percentB: Double?
        var ranges: [Stretch] = []
        /// Why it says less than one might hope: `low_quality`.
        var note: String?

        enum CodingKeys: String, CodingKey {
            case algorithm, matched, distance, variant, ranges, note
            case bitErrorRate = "bit_error_rate"
            case qualityA = "quality_a"
            case qualityB = "quality_b"
            case matchedSeconds = "matched_seconds"
            case coverageA = "coverage_a"
            case coverageB = "coverage_b"
            case percentA = "percent_a"
            case percentB = "percent_b"
        }
    }

    /// A stretch of A that runs in parallel with a stretch of B, in seconds.
    struct Stretch: Codable, Hashable {
        var startA: Double
        var endA: Double
        var startB: Double
        var endB: Double
        var speed: Double
        var matchedSeconds: Double
        var distance: Double

        init(_ range: AlignedRange) {
            startA = range.query.lowerBound.seconds
            endA = range.query.upperBound.seconds
            startB = range.banked.lowerBound.seconds
            endB = range.banked.upperBound.seconds
            speed = range.speed
            matchedSeconds = range.matchedSeconds
            distance = range.meanDistance
        }

        enum CodingKeys: String, CodingKey {
            case speed, distance
            case startA = "start_a"
            case endA = "end_a"
            case startB = "start_b"
            case endB = "end_b"
            case matchedSeconds = "matched_seconds"
        }
    }

    /// How near is near enough.
    struct Limits: Hashable {
        /// Bits of 256.
        var distance = 31
        /// 0 to 100.
        var quality = 50
    }

    var findings: [Finding]
    var matched: Bool { findings.contains(where: \.matched) }

    init(_ a: AnalysedFile, _ b: AnalysedFile, limits: Limits = Limits()) {
        let (left, right) = (a.fingerprints, b.fingerprints)
        findings = []
        if let one = left.sha256, let other = right.sha256 {
            findings.append(Finding(algorithm: .sha256, matched: one == other))
        }
        if let one = left.pdq, let other = right.pdq {
            findings.append(Self.pictures(one, a.variants, other, limits))
        }
        if let one = left.video, let other = right.video {
            findings.append(Self.videos(one, other, limits))
        } else if let one = left.pdq, let other = right.video {
            findings += Self.picture(one, in: other, limits).map { [$0] } ?? []
        } else if let one = left.video, let other = right.pdq {
            findings += Self.picture(other, in: one, limits).map { [$0] } ?? []
        }
        if let one = left.audio, let other = right.audio {
            findings.append(Self.sounds(one, other))
        }
    }

    private static func pictures(
        _ a: PDQFingerprint, _ variants: [PDQVariant], _ b: PDQFingerprint, _ limits: Limits
    ) -> Finding {
        var nearest = (distance: a.hash.distance(to: b.hash), variant: String?.none, quality: a.quality)
        for variant in variants where variant.quality >= min(limits.quality, nearest.quality) {
            let distance = variant.hash.distance(to: b.hash)
            if distance < nearest.distance || nearest.quality < limits.quality && variant.quality >= limits.quality {
                nearest = (distance, variant.name, variant.quality)
            }
        }
        let isGood = min(nearest.quality, b.quality) >= limits.quality
        return Finding(
            algorithm: .pdq, matched: isGood && nearest.distance <= limits.distance,
            distance: Double(nearest.distance), variant: nearest.variant, qualityA: nearest.quality,
            qualityB: b.quality,
            note: isGood ? nil : "low_quality")
    }

    /// The frame of a video that is nearest to a picture; evidence of neither, so it never counts as a match.
    private static func picture(_ picture: PDQFingerprint, in video: VideoFingerprint, _ limits: Limits) -> Finding? {
        let frames = video.frames.filter { $0.quality >= limits.quality }
        guard picture.quality >= limits.quality,
            let nearest = frames.min(by: {
                $0.hash.distance(to: picture.hash) < $1.hash.distance(to: picture.hash)
            })
        else { return nil }
        let distance = nearest.hash.distance(to: picture.hash)
        return Finding(
            algorithm: .pdq, matched: distance <= limits.distance, distance: Double(distance),
            note: "frame at \(Quantity.moment(nearest.time.seconds))")
    }

    private static func videos(_ a: VideoFingerprint, _ b: VideoFingerprint, _ limits: Limits) -> Finding {
        var thresholds = VideoThresholds()
        thresholds.maximumDistance = limits.distance
        thresholds.minimumQuality = limits.quality
        let comparison = VideoComparison(query: a, banked: b, thresholds: thresholds)
        return Finding(
            algorithm: .video, matched: comparison.verdict(thresholds).isMatch,
            distance: comparison.ranges.isEmpty ? nil : comparison.meanDistance,
            matchedSeconds: comparison.matchedSeconds, coverageA: comparison.queryCoverage,
            coverageB: comparison.bankedCoverage, percentA: comparison.percentages.query,
            percentB: comparison.percentages.banked, ranges: comparison.ranges.map(Stretch.init))
    }

    private static func sounds(_ a: AudioFingerprint, _ b: AudioFingerprint) -> Finding {
        let comparison = AudioComparison(query: a, banked: b)
        return Finding(
            algorithm: .audio, matched: comparison.verdict().isMatch,
            bitErrorRate: comparison.ranges.isEmpty ? nil : comparison.bitErrorRate,
            matchedSeconds: comparison.matchedSeconds, coverageA: comparison.queryCoverage,
            coverageB: comparison.bankedCoverage, ranges: comparison.ranges.map(Stretch.init))
    }
}
