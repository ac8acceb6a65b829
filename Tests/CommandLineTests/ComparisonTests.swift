import Fingerprints
import MediaWorker
import Testing

@testable import firebreak

@Suite struct ComparisonTests {
    private func picture(_ hash: PDQHash, quality: Int = 100, variants: [PDQVariant] = []) -> AnalysedFile {
        AnalysedFile(
            path: "p", kind: .image, bytes: 1,
            fingerprints: FingerprintSet(pdq: PDQFingerprint(hash: hash, quality: quality)), variants: variants)
    }

    private func hash(bits: Int) -> PDQHash {
        var words = SIMD4<UInt64>()
        for bit in 0..<bits { words[bit / 64] |= 1 << UInt64(bit % 64) }
        return PDQHash(words: words)
    }

    @Test("pictures match up to the distance and not beyond", arguments: [(31, true), (32, false), (0, true)])
    func distance(bits: Int, matched: Bool) throws {
        let comparison = Comparison(picture(hash(bits: 0)), picture(hash(bits: bits)))
        #expect(comparison.matched == matched)
        #expect(try #require(comparison.findings.first).distance == Double(bits))
    }

    @Test("a turned picture is found by its variant")
    func variant() throws {
        let turned = PDQVariant(name: "flipX", hash: hash(bits: 200), quality: 100)
        let comparison = Comparison(picture(hash(bits: 0), variants: [turned]), picture(hash(bits: 201)))
        let finding = try #require(comparison.findings.first)
        #expect(finding.variant == "flipX" && finding.distance == 1 && finding.matched)
        #expect(ComparisonText.nearness(finding) == "1 of 256 bits apart; A as flipX; qualities 100 and 100")
    }

    @Test("pictures with too little detail never match")
    func quality() throws {
        let comparison = Comparison(picture(hash(bits: 0), quality: 49), picture(hash(bits: 0)))
        #expect(!comparison.matched)
        #expect(comparison.findings.first?.note == "low_quality")
    }

    @Test("videos match where they run in parallel, and the answer says where")
    func videos() throws {
        let frames = (0..<20).map { index in
            VideoFrame(
                number: index, time: MediaTime(milliseconds: Int64(index) * 1000), hash: scattered(index), quality: 100)
        }
        func clip(_ range: Range<Int>) -> AnalysedFile {
            let start = MediaTime(milliseconds: Int64(range.lowerBound) * 1000)
            let part = frames[range].map {
                VideoFrame(number: $0.number, time: $0.time - start, hash: $0.hash, quality: 100)
            }
            return AnalysedFile(
                path: "v", kind: .video, bytes: 1,
                fingerprints: FingerprintSet(
                    video: VideoFingerprint(
                        frames: part, duration: MediaTime(milliseconds: Int64(range.count) * 1000))))
        }
        let comparison = Comparison(clip(5..<15), clip(0..<20))
        let finding = try #require(comparison.findings.first)
        #expect(finding.matched)
        let range = try #require(finding.ranges.first)
        #expect(range.startA == 0 && range.endA == 9 && range.startB == 5 && range.endB == 14)
        let frame = Comparison(picture(scattered(7)), clip(0..<20))
        #expect(frame.findings.first?.note == "frame at 0:07.0")
    }

    /// Hashes far from one another: the words of a fixed generator.
    private func scattered(_ seed: Int) -> PDQHash {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
        return PDQHash(words: SIMD4(next(), next(), next(), next()))
    }

    @Test("files of different kinds have nothing to compare")
    func different() {
        let sound = AnalysedFile(path: "s", kind: .audio, bytes: 1, fingerprints: FingerprintSet())
        #expect(Comparison(picture(hash(bits: 0)), sound).findings.isEmpty)
    }
}
