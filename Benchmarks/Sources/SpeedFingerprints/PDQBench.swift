import Fingerprints

func timePDQ() {
    for side in [256, 512, 720, 1024, 2048] {
        let plane = PicturePlane(width: side, height: side, seed: 42)
        var hasher = PDQHasher()
        var hash = PDQFingerprint(hash: PDQHash(words: .zero), quality: 0)
        let floats = plane.floats.withUnsafeBufferPointer { luma in
            median(runs: 301) { hash = hasher.fingerprint(luma: luma, width: side, height: side) }
        }
        let bytes = plane.bytes.withUnsafeBufferPointer { luma in
            median(runs: 301) { hash = hasher.fingerprint(luma: luma, width: side, height: side) }
        }
        var oracle = ReferencePDQ(luma: plane.floats, width: side, height: side)
        let reference = median(runs: side > 1024 ? 5 : 15) {
            oracle = ReferencePDQ(luma: plane.floats, width: side, height: side)
        }
        let isSame = oracle.hex == hash.hash.hex && oracle.quality == hash.quality
        print(
            "PDQ:Hash:\(side)x\(side)  Float32 \(text(floats)) µs  UInt8 \(text(bytes)) µs  oracle \(text(reference)) µs"
                + "  \(text(reference / floats)) and \(text(reference / bytes)) times faster"
                + "  \(isSame ? "same hash" : "DIFFERENT HASH")  quality \(hash.quality)")
    }
    let plane = PicturePlane(width: 512, height: 512, seed: 42)
    var hasher = PDQHasher()
    let all = plane.bytes.withUnsafeBufferPointer { luma in
        median(runs: 301) { _ = hasher.dihedral(luma: luma, width: 512, height: 512) }
    }
    print("PDQ:Dihedral:512x512  UInt8 \(text(all)) µs for all eight")
}

/// Counts how many of a thousand pictures hash as the oracle hashes them.
func countAgreement() {
    var random = BenchGenerator(seed: 7)
    var hasher = PDQHasher()
    var (same, sharp, sharpSame, qualitySame) = (0, 0, 0, 0)
    for seed in 0..<1000 as Range<UInt64> {
        let width = Int.random(in: 5...700, using: &random)
        let height = Int.random(in: 5...700, using: &random)
        let plane = PicturePlane(width: width, height: height, seed: seed)
        let oracle = ReferencePDQ(luma: plane.floats, width: width, height: height)
        let hash = plane.bytes.withUnsafeBufferPointer { hasher.fingerprint(luma: $0, width: width, height: height) }
        let isSame = hash.hash.hex == oracle.hex
        if isSame { same += 1 }
        if oracle.quality == hash.quality { qualitySame += 1 }
        if oracle.quality >= 50 {
            sharp += 1
            if isSame { sharpSame += 1 }
        }
    }
    print(
        "PDQ:Agreement:1000  same hash \(same)  same quality \(qualitySame)"
            + "  of \(sharp) at quality 50 or more \(sharpSame) have the same hash")
}

extension PDQHasher {
    mutating func fingerprint(luma: UnsafeBufferPointer<Float>, width: Int, height: Int) -> PDQFingerprint {
        guard let base = luma.baseAddress else { return PDQFingerprint(hash: PDQHash(words: .zero), quality: 0) }
        return fingerprint(luma: base, width: width, height: height, rowStride: width)
    }

    mutating func fingerprint(luma: UnsafeBufferPointer<UInt8>, width: Int, height: Int) -> PDQFingerprint {
        guard let base = luma.baseAddress else { return PDQFingerprint(hash: PDQHash(words: .zero), quality: 0) }
        return fingerprint(luma: base, width: width, height: height, rowStride: width)
    }

    mutating func dihedral(luma: UnsafeBufferPointer<UInt8>, width: Int, height: Int) -> [(Dihedral, PDQHash)] {
        guard let base = luma.baseAddress else { return [] }
        return dihedral(luma: base, width: width, height: height, rowStride: width).turned
    }
}
