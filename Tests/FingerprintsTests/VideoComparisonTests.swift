import Fingerprints
import Testing

@Suite("Comparing videos")
struct VideoComparisonTests {
    @Test("A clip is found where it was cut from", arguments: [1, 2, 3] as [UInt64])
    func clip(seed: UInt64) {
        var make = Synthetic(seed: seed)
        let film = make.film(seconds: 600)
        let clip = VideoFingerprint(make.encoded(film[200..<230]))
        let comparison = VideoComparison(query: clip, banked: VideoFingerprint(film))
        #expect(comparison.verdict() == .enoughSeconds, "seed \(seed)")
        #expect(comparison.ranges.count == 1)
        #expect(comparison.ranges.first?.query == seconds(0, 29))
        #expect(comparison.ranges.first?.banked == seconds(200, 229))
        #expect(comparison.queryCoverage == 1)
        #expect(abs(comparison.bankedCoverage - 0.05) < 0.001)
        #expect(comparison.meanDistance <= 12)
        #expect(comparison.percentages.query == 100)
    }

    @Test("An added intro shifts the range and lowers the query's coverage")
    func intro() {
        var make = Synthetic(seed: 4)
        let film = make.film(seconds: 60)
        let query = VideoFingerprint(make.film(seconds: 20) + make.encoded(film))
        let comparison = VideoComparison(query: query, banked: VideoFingerprint(film))
        #expect(comparison.ranges.map(\.query) == [seconds(20, 79)])
        #expect(comparison.ranges.map(\.banked) == [seconds(0, 59)])
        #expect(comparison.queryCoverage == 0.75)
        #expect(comparison.bankedCoverage == 1)
    }

    @Test("A splice gives a range on either side of the cut")
    func splice() {
        var make = Synthetic(seed: 5)
        let film = make.film(seconds: 120)
        let query = VideoFingerprint(make.encoded(film[10..<30] + film[90..<110]))
        let comparison = VideoComparison(query: query, banked: VideoFingerprint(film))
        #expect(comparison.ranges.map(\.query) == [seconds(0, 19), seconds(20, 39)])
        #expect(comparison.ranges.map(\.banked) == [seconds(10, 29), seconds(90, 109)])
    }

    @Test("Cuts in another order are all found")
    func reordered() {
        var make = Synthetic(seed: 6)
        let film = make.film(seconds: 90, shot: 5...5)
        let query = VideoFingerprint(make.encoded(film[60..<90] + film[0..<30] + film[30..<60]))
        let comparison = VideoComparison(query: query, banked: VideoFingerprint(film))
        #expect(comparison.queryCoverage == 1)
        #expect(comparison.bankedCoverage == 1)
        #expect(comparison.ranges.map(\.banked) == [seconds(60, 89), seconds(0, 59)])
    }

    @Test("Samples taken half an interval apart still align")
    func shiftedSamples() {
        var make = Synthetic(seed: 7)
        let film = make.film(seconds: 100, shot: 10...10)
        let query = VideoFingerprint(make.encoded(film[20..<60]), start: 0.4)
        let comparison = VideoComparison(query: query, banked: VideoFingerprint(film))
        #expect(comparison.queryCoverage > 0.95)
        #expect(comparison.ranges.count == 1)
    }

    @Test("A banked video sampled less often still aligns")
    func unequalSampling() {
        var make = Synthetic(seed: 8)
        let film = make.film(seconds: 200)
        let sparse = VideoFingerprint(stride(from: 0, to: 200, by: 2).map { film[$0] }, interval: 2)
        let comparison = VideoComparison(query: VideoFingerprint(make.encoded(film[50..<90])), banked: sparse)
        #expect(comparison.verdict().isMatch)
        #expect(comparison.queryCoverage > 0.9)
    }

    @Test("Another speed is found where it is sought")
    func speed() {
        var make = Synthetic(seed: 9)
        let film = make.film(seconds: 200, shot: 3...3)
        let fast = VideoFingerprint(make.encoded(film[20..<120]), interval: 0.8)
        var thresholds = VideoThresholds()
        thresholds.speeds = [0.5, 0.8, 1, 1.25, 1.5, 2]
        let comparison = VideoComparison(query: fast, banked: VideoFingerprint(film), thresholds: thresholds)
        #expect(comparison.ranges.count == 1)
        #expect(abs((comparison.ranges.first?.speed ?? 0) - 1.25) < 0.01)
        #expect(comparison.ranges.first?.banked == seconds(20, 119))
    }

    @Test("Unrelated videos have nothing in common", arguments: 10...15 as ClosedRange<UInt64>)
    func unrelated(seed: UInt64) {
        var make = Synthetic(seed: seed)
        let comparison = VideoComparison(
            query: VideoFingerprint(make.film(seconds: 600)), banked: VideoFingerprint(make.film(seconds: 600)))
        #expect(comparison.verdict() == .noMatch, "seed \(seed)")
        #expect(comparison.ranges.isEmpty)
        #expect(comparison.percentages == VPDQPercentages(query: VideoFingerprint([]), banked: VideoFingerprint([])))
    }

    @Test("One look-alike frame is no match, however often the banked video shows it")
    func lookAlike() {
        var make = Synthetic(seed: 30)
        let logo = make.random.hash()
        var query = make.film(seconds: 60)
        query[30] = logo
        let banked = make.film(seconds: 60) + Array(repeating: logo, count: 60)
        let comparison = VideoComparison(query: VideoFingerprint(query), banked: VideoFingerprint(banked))
        #expect(comparison.verdict() == .noMatch)
    }

    @Test("A still title of ten seconds in both is one second of evidence and no match")
    func stillTitle() {
        var make = Synthetic(seed: 31)
        let title = Array(repeating: make.random.hash(), count: 10)
        let query = VideoFingerprint(title + make.film(seconds: 60))
        let banked = VideoFingerprint(title + make.film(seconds: 60))
        let comparison = VideoComparison(query: query, banked: banked)
        #expect(comparison.verdict() == .noMatch)
        #expect(abs(comparison.matchedSeconds - 1) < 0.001)
    }

    @Test("Black frames do not vote, whatever their hash")
    func blackFrames() {
        var make = Synthetic(seed: 32)
        let film = make.film(seconds: 30)
        let comparison = VideoComparison(
            query: VideoFingerprint(film, quality: 12), banked: VideoFingerprint(film, quality: 90))
        #expect(comparison.verdict() == .noMatch)
        #expect(comparison.percentages.query == 0)
    }

    @Test("Frames that hundreds of entries have are weighted down until they match nothing")
    func commonFrames() {
        var make = Synthetic(seed: 33)
        let trailer = make.film(seconds: 10)
        let query = VideoFingerprint(trailer + make.film(seconds: 60))
        let banked = VideoFingerprint(make.film(seconds: 60) + trailer)
        #expect(VideoComparison(query: query, banked: banked).verdict() == .enoughSeconds)
        let weights = (0..<70).map { VideoComparison.frameWeight(entries: $0 < 10 ? 400 : 1) }
        let weighted = VideoComparison(query: query, banked: banked, weights: weights)
        #expect(weighted.verdict() == .noMatch)
        #expect(abs(weighted.matchedSeconds - 0.8) < 0.001)
    }

    @Test("The greater part of a short clip is a match without the seconds")
    func shortClip() {
        var make = Synthetic(seed: 34)
        let film = make.film(seconds: 60, shot: 1...1)
        let comparison = VideoComparison(query: VideoFingerprint(film[40..<42]), banked: VideoFingerprint(film))
        #expect(comparison.matchedSeconds == 2)
        #expect(comparison.verdict() == .enoughOfShorterSide)
    }

    @Test("Flat frames do not keep a short clip from matching itself, but a title in the dark is no match")
    func flatFrames() {
        var make = Synthetic(seed: 40)
        for (seconds, flat, verdict) in [(4, 2, MatchVerdict.enoughOfShorterSide), (60, 58, .noMatch)] {
            var video = VideoFingerprint(make.film(seconds: seconds, shot: 1...1))
            for index in 0..<flat { video.frames[index].quality = 3 }
            #expect(VideoComparison(query: video, banked: video).verdict() == verdict, "\(seconds) s")
        }
    }

    @Test("Pairs found by an index give the same answer as the frames themselves")
    func pairs() {
        var make = Synthetic(seed: 35)
        let film = make.film(seconds: 300)
        let (query, banked) = (VideoFingerprint(make.encoded(film[40..<90])), VideoFingerprint(film))
        var pairs: [FramePair] = []
        for (first, frame) in query.frames.enumerated() {
            for (second, other) in banked.frames.enumerated() where frame.hash.distance(to: other.hash) <= 40 {
                pairs.append(
                    FramePair(queryFrame: first, bankedFrame: second, distance: frame.hash.distance(to: other.hash)))
            }
        }
        pairs.shuffle(using: &make.random)
        pairs.append(FramePair(queryFrame: -1, bankedFrame: 0, distance: 0))
        pairs.append(FramePair(queryFrame: 0, bankedFrame: 300, distance: 0))
        pairs.append(FramePair(queryFrame: 0, bankedFrame: 0, distance: -3))
        let indexed = VideoComparison(pairs: pairs, query: query, banked: banked)
        #expect(indexed == VideoComparison(query: query, banked: banked))
    }

    @Test("vPDQ percentages are those of a plain search, at every radius", arguments: [0, 15, 16, 31, 32])
    func percentages(radius: Int) {
        var make = Synthetic(seed: 36)
        let film = make.film(seconds: 560)
        let query = VideoFingerprint(make.encoded(film[100..<460], bits: 64) + make.film(seconds: 200))
        let banked = VideoFingerprint(film)
        func plain(_ side: VideoFingerprint, _ other: VideoFingerprint) -> Double {
            let hashes = Set(side.frames.map(\.hash))
            let matched = hashes.count { hash in other.frames.contains { $0.hash.distance(to: hash) <= radius } }
            return Double(matched) * 100 / Double(hashes.count)
        }
        let percentages = VPDQPercentages(query: query, banked: banked, maximumDistance: radius)
        #expect(percentages.query == plain(query, banked))
        #expect(percentages.banked == plain(banked, query))
    }

    @Test("Two sides that stand still end soon and keep their bounds")
    func standStill() {
        var make = Synthetic(seed: 37)
        let still = make.random.hash()
        let query = VideoFingerprint((0..<300).map { _ in make.random.turned(still, bits: 2) })
        let comparison = VideoComparison(query: query, banked: query)
        #expect(comparison.queryCoverage > 0.5)
        #expect(comparison.ranges.count <= 64)
    }

    @Test("Nonsense times, empty sides and hostile thresholds are survived")
    func nonsense() {
        var make = Synthetic(seed: 38)
        let film = make.film(seconds: 20)
        var odd = VideoFingerprint(film)
        for index in odd.frames.indices {
            odd.frames[index].time = MediaTime(milliseconds: index % 2 == 0 ? .max : .min)
            odd.frames[index].number = .min
            odd.frames[index].quality = 1000
        }
        odd.duration = MediaTime(milliseconds: .min)
        for thresholds in [thresholds(-1, -5, -9), thresholds(.max, .max, .max), thresholds(256, 0, 0)] {
            _ = VideoComparison(query: odd, banked: odd, thresholds: thresholds)
            _ = VideoComparison(query: odd, banked: VideoFingerprint(film), thresholds: thresholds)
        }
        var speeds = VideoThresholds()
        speeds.speeds = [.nan, -1, .infinity, 0, 1e300, 1e-300]
        _ = VideoComparison(query: odd, banked: VideoFingerprint(film), thresholds: speeds)
        let empty = VideoComparison(query: VideoFingerprint([]), banked: VideoFingerprint(film))
        #expect(empty.verdict() == .noMatch)
        #expect(empty.queryCoverage == 0)
    }

    private func thresholds(_ distance: Int, _ quality: Int, _ frames: Int) -> VideoThresholds {
        var thresholds = VideoThresholds()
        (thresholds.maximumDistance, thresholds.minimumQuality) = (distance, quality)
        thresholds.minimumRangeFrames = frames
        return thresholds
    }

    private func seconds(_ start: Double, _ end: Double) -> ClosedRange<MediaTime> {
        MediaTime(seconds: start)...MediaTime(seconds: end)
    }
}

extension VideoComparisonTests {
    @Test("Of a frame alike to a whole video as many pairs are kept as a comparison uses, the nearest in time")
    func thinning() {
        let frames = (0..<5000).map {
            VideoFrame(
                number: $0, time: MediaTime(milliseconds: Int64($0) * 1000), hash: PDQHash(words: .zero), quality: 100)
        }
        let still = VideoFingerprint(frames: frames, duration: MediaTime(milliseconds: 5_000_000))
        let found = frames.indices.reversed().map { (frame: $0, distance: 0) }
        let kept = VideoComparison.thinned(
            found, at: MediaTime(milliseconds: 2_500_000), in: still, queryFrames: 10_000, videos: 1)
        #expect(kept.map(\.frame) == Array(2490..<2510))
        #expect(
            VideoComparison.thinned(
                found, at: .zero, in: still, queryFrames: 144_000, videos: 500
            ).map(\.frame) == Array(0..<16))
        let few = [(frame: 7, distance: 3), (frame: 9000, distance: 1)]
        #expect(
            VideoComparison.thinned(few, at: .zero, in: still, queryFrames: 10, videos: 1).map(\.frame) == [7, 9000])
    }
}
