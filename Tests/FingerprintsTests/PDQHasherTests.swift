import Fingerprints
import Testing

@Suite("Hashing pictures")
struct PDQHasherTests {
    /// Pictures by formula, with the hash and quality that the reference, `pdqhash` 0.2.8, gives for them.
    static let vectors: [(picture: FormulaPicture, width: Int, height: Int, quality: Int, hex: String)] = [
        (.waves, 512, 512, 100, "42aad5542a5452b525a54b2db6494c99999e66339c6370b787a77d4ac03f1fea"),
        (.waves, 640, 360, 100, "552aaaaa52aab5524a5414b5692d9249ecd91999e67d1cf661638ed7f08707be"),
        (.waves, 1024, 1024, 100, "07da0f0f0e070f0f3c0fad1ff00f8d5f183e502a00fe50aa0ffcfaa8fff0f208"),
        (.rings, 300, 400, 100, "ea91214daa91ad4faa51556ea94d552e156f54b255a62a51aad1556ed56e55a6"),
        (.rings, 1280, 721, 100, "e78e1861184ae4719c71e78ee38e1c711871e7b3e78e18711869bc71e7969879"),
        (.rings, 5, 900, 100, "9b2664d964d99b269b269b269b269b2664d99b2664d964d964d99b269b2664d9"),
        (.steps, 513, 257, 100, "c9bb3b24e4bf0627de3f18b5e805e80317fc17f8c75ba14039c81d40c8caf6cb"),
        (.steps, 200, 1000, 100, "b1d5a555e4f29dc5c0f8c498d6a8a95ede843367f0e110efd494f220d638f730"),
    ]

    @Test("The oracle and the fast path give the reference's hash", arguments: vectors)
    func vector(picture: FormulaPicture, width: Int, height: Int, quality: Int, hex: String) {
        let plane = picture.plane(width: width, height: height)
        if width * height <= 140_000 {
            let oracle = ReferencePDQ(luma: plane.map(Float.init), width: width, height: height)
            #expect(oracle.hex == hex)
            #expect(oracle.quality == quality)
        }
        for print in [hash(plane, width, height), hash(plane.map(Float.init), width, height)] {
            #expect(print.hash.hex == hex)
            #expect(print.quality == quality)
        }
    }

    @Test("The turned hashes are the reference's")
    func turnedVectors() {
        let plane = FormulaPicture.waves.plane(width: 640, height: 360)
        let turned = dihedral(plane, 640, 360).turned
        #expect(turned.map(\.0) == Dihedral.allCases)
        #expect(
            turned.map(\.1.hex) == [
                "51a6555552aa4aad4ad46b4a69256db664d7e643e639e30ae3e1f1c8f01ff811",
                "047f010007ff1ff81f01be1fbc7838e3b98cb333b328b65c3436247da5d3ad14",
                "04f3ffff07ffe0071f81c1e03c70c71c31824ce9b36c49a0b6b45b62a54a52bb",
                "552a555552aa4aad4a54eb4a692d6db6ecd9e666e67de30961637128f087f841",
                "007fffff07ffe0071f0141e03c78c71cb98c4cccb32849a33436db82a5d252eb",
                "51a6aaaa52aab5524ad494b56925924964d719bce6391cf5e3e10e37f01f07ee",
                "06f3000007ff1ff81f81be1f3c7078e33182b316b36cb65fb6b4a49da54aad46",
            ])
    }

    @Test("A thousand pictures hash as the oracle hashes them", arguments: 0..<20 as Range<UInt64>)
    func oracle(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for number in 0..<50 {
            let plane = random.picture(sides: 5...110)
            let oracle = ReferencePDQ(luma: plane.samples, width: plane.width, height: plane.height)
            let print = hash(plane.samples, plane.width, plane.height)
            let name = "seed \(seed), picture \(number), \(plane.width)×\(plane.height)"
            #expect(abs(print.quality - oracle.quality) <= 1, "\(name)")
            if oracle.quality >= 50 { #expect(print.hash.hex == oracle.hex, "\(name)") }
        }
    }

    @Test("Bytes and floats of the same picture hash alike", arguments: 20..<24 as Range<UInt64>)
    func bytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let plane = random.picture(sides: 5...200)
            let bytes = plane.samples.map { UInt8(max(0, min(255, $0))) }
            let print = hash(bytes, plane.width, plane.height)
            let other = hash(bytes.map(Float.init), plane.width, plane.height)
            #expect(print.quality == other.quality, "seed \(seed)")
            if print.quality >= 50 { #expect(print.hash == other.hash, "seed \(seed)") }
        }
    }

    @Test("Hashing one picture leaves no trace in the next")
    func reuse() {
        var random = SeededGenerator(seed: 30)
        var hasher = PDQHasher()
        for _ in 0..<40 {
            let plane = random.picture(sides: 3...140)
            let reused = plane.samples.withUnsafeBufferPointer { samples in
                samples.baseAddress.map {
                    hasher.fingerprint(luma: $0, width: plane.width, height: plane.height, rowStride: plane.width)
                }
            }
            #expect(reused == hash(plane.samples, plane.width, plane.height))
        }
    }

    @Test("Samples between the rows do not count")
    func rowStride() {
        var random = SeededGenerator(seed: 31)
        let plane = random.picture(sides: 90...100)
        var spread: [Float] = []
        for row in 0..<plane.height {
            spread += plane.samples[row * plane.width..<(row + 1) * plane.width]
            spread += [Float](repeating: .nan, count: 13)
        }
        #expect(
            hash(spread, plane.width, plane.height, rowStride: plane.width + 13)
                == hash(plane.samples, plane.width, plane.height))
    }

    @Test(
        "Pictures of fewer than five rows or columns have no hash",
        arguments: [(4, 400), (400, 4), (1, 1), (0, 0), (4, 4)])
    func small(width: Int, height: Int) {
        let print = hash([UInt8](repeating: 200, count: max(1, width * height)), width, height)
        #expect(print == PDQFingerprint(hash: PDQHash(words: .zero), quality: 0))
        #expect(dihedral([UInt8](repeating: 200, count: max(1, width * height)), width, height).turned.isEmpty)
    }

    @Test(
        "Samples that are no numbers do no harm",
        arguments: [Float.nan, .infinity, -.infinity, 1e38, -1e38, .leastNonzeroMagnitude])
    func notFinite(sample: Float) {
        var random = SeededGenerator(seed: 32)
        var plane = random.picture(sides: 100...120)
        for index in stride(from: 0, to: plane.samples.count, by: 7) { plane.samples[index] = sample }
        #expect((0...100).contains(hash(plane.samples, plane.width, plane.height).quality))
    }

    @Test(
        "Quality counts steps in hundredths of the range", arguments: [(255, 71), (128, 35), (51, 14), (2, 0), (0, 0)])
    func quality(step: UInt8, quality: Int) {
        // One edge down the middle: 64 pairs of neighbours, each `step * 100 / 255` rounded down, over 90.
        let plane = (0..<4096).map { $0 % 64 < 32 ? 0 : step }
        #expect(hash(plane, 64, 64).quality == quality)
    }

    @Test("Quality ends at 100")
    func fullQuality() {
        let board = (0..<4096).map { ($0 % 64 + $0 / 64) % 2 == 0 ? UInt8(255) : 0 }
        #expect(hash(board, 64, 64).quality == 100)
    }

    @Test(
        "A picture really turned hashes nearest to what was derived for that way", arguments: 40..<46 as Range<UInt64>)
    func turned(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let plane = random.picture(sides: 150...200)
        let (upright, turned) = dihedral(plane.samples, plane.width, plane.height)
        #expect(upright == hash(plane.samples, plane.width, plane.height))
        guard upright.quality >= 50 else { return }
        let real = Dihedral.allCases.map { way in
            let (samples, width, height) = plane.turned(way)
            return (way, hash(samples, width, height).hash)
        }
        for (way, derived) in turned {
            let nearest = real.min { $0.1.distance(to: derived) < $1.1.distance(to: derived) }
            #expect(nearest?.0 == way, "seed \(seed)")
            // Unrelated hashes are 128 bits apart.
            #expect(derived.distance(to: nearest?.1 ?? upright.hash) <= (way == .flipPlus1 ? 0 : 64), "seed \(seed)")
        }
    }

    private func hash(_ samples: [Float], _ width: Int, _ height: Int, rowStride: Int? = nil) -> PDQFingerprint {
        var hasher = PDQHasher()
        return samples.withUnsafeBufferPointer { samples in
            samples.baseAddress.map {
                hasher.fingerprint(luma: $0, width: width, height: height, rowStride: rowStride ?? width)
            } ?? PDQFingerprint(hash: PDQHash(words: .zero), quality: -1)
        }
    }

    private func hash(_ samples: [UInt8], _ width: Int, _ height: Int) -> PDQFingerprint {
        var hasher = PDQHasher()
        return samples.withUnsafeBufferPointer { samples in
            samples.baseAddress.map {
                hasher.fingerprint(luma: $0, width: width, height: height, rowStride: width)
            } ?? PDQFingerprint(hash: PDQHash(words: .zero), quality: -1)
        }
    }

    private func dihedral(
        _ samples: [UInt8], _ width: Int, _ height: Int
    ) -> (upright: PDQFingerprint, turned: [(Dihedral, PDQHash)]) {
        dihedral(samples.map(Float.init), width, height)
    }

    private func dihedral(
        _ samples: [Float], _ width: Int, _ height: Int
    ) -> (upright: PDQFingerprint, turned: [(Dihedral, PDQHash)]) {
        var hasher = PDQHasher()
        return samples.withUnsafeBufferPointer { samples in
            samples.baseAddress.map { hasher.dihedral(luma: $0, width: width, height: height, rowStride: width) }
                ?? (PDQFingerprint(hash: PDQHash(words: .zero), quality: -1), [])
        }
    }
}
