import Fingerprints
import Testing

@Suite("Comparing sounds")
struct AudioComparisonTests {
    /// 10 s are 80.8 words.
    private let tenSeconds = 81

    @Test(
        "A noisy part is found at its place, with the rate of its noise",
        arguments: [0, 0.05, 0.1, 0.15], [1, 2] as [UInt64])
    func part(rate: Double, seed: UInt64) throws {
        var make = Synthetic(seed: seed)
        let song = make.words(1500)
        let query = AudioFingerprint(make.noisy(song[700..<1000], rate: rate))
        let comparison = AudioComparison(query: query, banked: AudioFingerprint(song))
        #expect(comparison.verdict() == .enoughSeconds, "seed \(seed)")
        let offset = try #require(comparison.offset)
        #expect(abs(offset.seconds - 700 * AudioFingerprint.wordInterval) < 0.01)
        #expect(abs(comparison.bitErrorRate - rate) < 0.02)
        #expect(comparison.queryCoverage > 0.97)
        #expect(abs(comparison.bankedCoverage - 0.2) < 0.01)
    }

    @Test("More noise than the threshold allows is no match")
    func tooNoisy() {
        var make = Synthetic(seed: 4)
        let song = make.words(1500)
        let comparison = AudioComparison(
            query: AudioFingerprint(make.noisy(song[0..<900], rate: 0.3)), banked: AudioFingerprint(song))
        #expect(comparison.verdict() == .noMatch)
        #expect(comparison.bitErrorRate <= 0.2 || comparison.ranges.isEmpty)
    }

    @Test("A sound that starts before the banked one has a negative offset")
    func earlier() throws {
        var make = Synthetic(seed: 5)
        let song = make.words(400)
        let comparison = AudioComparison(
            query: AudioFingerprint(make.words(200) + song), banked: AudioFingerprint(song))
        let offset = try #require(comparison.offset)
        #expect(abs(offset.seconds + 200 * AudioFingerprint.wordInterval) < 0.01)
        #expect(comparison.bankedCoverage > 0.98)
    }

    @Test("Ten seconds are needed, and enough")
    func length() {
        var make = Synthetic(seed: 6)
        let song = make.words(1000)
        for (count, isMatch) in [(tenSeconds - 3, false), (tenSeconds + 3, true)] {
            let query = AudioFingerprint(make.words(300) + song[500..<500 + count] + make.words(300))
            let comparison = AudioComparison(query: query, banked: AudioFingerprint(song))
            #expect(comparison.verdict().isMatch == isMatch, "\(count) words")
        }
    }

    @Test("Two parts in another order are two ranges")
    func reordered() {
        var make = Synthetic(seed: 7)
        let song = make.words(1000)
        let query = AudioFingerprint(Array(song[600..<800] + song[100..<300]))
        let comparison = AudioComparison(query: query, banked: AudioFingerprint(song))
        #expect(comparison.ranges.count == 2)
        #expect(comparison.queryCoverage > 0.97)
        #expect(abs(comparison.matchedSeconds - 400 * AudioFingerprint.wordInterval) < 2)
    }

    @Test("Silence, held notes and loops alone are no match")
    func constant() {
        var make = Synthetic(seed: 8)
        let silence = [UInt32](repeating: 627_964_279, count: 400)
        let loop = make.words(6)
        let loops = (0..<400).map { loop[$0 % 6] }
        for (name, common) in [("silence", silence), ("loop", loops)] {
            let comparison = AudioComparison(
                query: AudioFingerprint(make.words(300) + common), banked: AudioFingerprint(common + make.words(300)))
            #expect(comparison.verdict() == .noMatch, "\(name)")
        }
    }

    @Test("Unrelated sounds do not match", arguments: 100...107 as ClosedRange<UInt64>)
    func unrelated(seed: UInt64) {
        var make = Synthetic(seed: seed)
        let comparison = AudioComparison(
            query: AudioFingerprint(make.words(1200)), banked: AudioFingerprint(make.words(1200)))
        #expect(comparison.verdict() == .noMatch, "seed \(seed)")
        #expect(comparison.ranges.isEmpty)
    }

    @Test("Every range is within the allowed rate", arguments: 120...125 as ClosedRange<UInt64>)
    func ranges(seed: UInt64) {
        var make = Synthetic(seed: seed)
        let song = make.words(1200)
        var query: [UInt32] = []
        for start in stride(from: 0, to: 1200, by: 100) {
            query += make.noisy(song[start..<start + 100], rate: .random(in: 0...0.4, using: &make.random))
        }
        let comparison = AudioComparison(query: AudioFingerprint(query), banked: AudioFingerprint(song))
        for range in comparison.ranges { #expect(range.meanDistance <= 32 * 0.2, "seed \(seed)") }
        for (range, next) in zip(comparison.ranges, comparison.ranges.dropFirst()) {
            #expect(range.query.upperBound.seconds <= next.query.lowerBound.seconds + 1.1, "seed \(seed)")
        }
    }

    @Test("Empty and very short sounds are survived")
    func short() {
        var make = Synthetic(seed: 9)
        for count in [0, 1, 2, 20] {
            let words = AudioFingerprint(make.words(count))
            #expect(AudioComparison(query: words, banked: words).verdict() == .noMatch)
            _ = AudioComparison(query: words, banked: AudioFingerprint(make.words(500)))
        }
        let odd = AudioFingerprint(words: make.words(200), duration: MediaTime(milliseconds: .min))
        #expect(AudioComparison(query: odd, banked: odd).queryCoverage > 0.95)
    }
}
