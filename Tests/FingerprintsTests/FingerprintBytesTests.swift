import Fingerprints
import Testing

@Suite("Fingerprints as bytes")
struct FingerprintBytesTests {
    @Test("Every kind is read as it was written", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) {
        var make = Synthetic(seed: seed)
        let kinds: [Fingerprint] = [
            .md5([UInt8](0..<16)), .sha256([UInt8](0..<32)),
            .pdq(PDQFingerprint(hash: make.random.hash(), quality: 77)),
            .video(VideoFingerprint(make.film(seconds: 30))), .audio(AudioFingerprint(make.words(200))),
        ]
        for kind in kinds {
            let read = Fingerprint(
                algorithm: kind.algorithm, bytes: kind.bytes, quality: kind.quality, duration: kind.duration)
            #expect(read == kind, "\(kind.algorithm), seed \(seed)")
        }
    }

    @Test(
        "Bytes of the wrong length are refused",
        arguments: [
            (FingerprintAlgorithm.md5, 15), (.md5, 32), (.sha256, 16), (.pdq, 31), (.pdq, 33), (.video, 40),
            (.video, 83), (.audio, 3),
        ])
    func wrongLength(algorithm: FingerprintAlgorithm, count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(Fingerprint(algorithm: algorithm, bytes: bytes, quality: 50, duration: .zero) == nil)
    }

    @Test("Any bytes at all are read or refused", arguments: 10..<20 as Range<UInt64>)
    func anyBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            for algorithm in FingerprintAlgorithm.allCases {
                let read = Fingerprint(algorithm: algorithm, bytes: bytes, quality: 50, duration: .zero)
                if let read { #expect(read.bytes == bytes, "seed \(seed)") }
            }
        }
    }
}
