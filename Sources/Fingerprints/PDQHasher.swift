/// Computes PDQ hashes of luma planes, and keeps its working memory from one plane to the next.
///
/// Samples are luma from 0 to 255, as `0.299 R + 0.587 G + 0.114 B`, in rows of `width` samples that start
/// `rowStride` samples apart. A plane with fewer than 5 rows or columns has no hash: the answer is then the hash of all
/// zeros with quality 0, which no bank matches by default. Samples that are not finite give an arbitrary hash
/// of quality 0 to 100 and do no harm otherwise.
///
/// Memory: 256 bytes per column of the widest plane seen, and 40 kB; for planes of fewer than 64 rows or columns a
/// copy. Nothing is allocated for a plane of the same size as the one before. One hasher serves one thread at a time.
///
/// Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Meta, 2019. The hash is
/// that of the reference at full resolution (`pdqhash`), but for bits that the reference's own rounding decides.
public struct PDQHasher: ~Copyable {
    private var decimator = PlaneDecimator()
    private let transform = PDQTransform()

    public init() {}

    /// Hashes a plane of 8-bit luma.
    public mutating func fingerprint(
        luma: UnsafePointer<UInt8>, width: Int, height: Int, rowStride: Int
    ) -> PDQFingerprint {
        guard Self.isHashable(width: width, height: height) else { return Self.noFingerprint }
        decimator.decimate(luma, width: width, height: height, rowStride: rowStride)
        return fingerprintOfGrid()
    }

    /// Hashes a plane of floating-point luma.
    public mutating func fingerprint(
        luma: UnsafePointer<Float>, width: Int, height: Int, rowStride: Int
    ) -> PDQFingerprint {
        guard Self.isHashable(width: width, height: height) else { return Self.noFingerprint }
        decimator.decimate(luma, width: width, height: height, rowStride: rowStride)
        return fingerprintOfGrid()
    }

    /// Hashes a plane of 8-bit luma as it is and turned in each of the seven other ways.
    ///
    /// One plane costs two hashes' time at most. The turned hashes differ by a few bits from those of a plane that was
    /// really turned, since PDQ does not sample its middle; the diagonal flip `flipPlus1` alone is the same.
    /// A plane too small to hash has no turned hashes.
    public mutating func dihedral(
        luma: UnsafePointer<UInt8>, width: Int, height: Int, rowStride: Int
    ) -> (upright: PDQFingerprint, turned: [(Dihedral, PDQHash)]) {
        let upright = fingerprint(luma: luma, width: width, height: height, rowStride: rowStride)
        return (upright, Self.isHashable(width: width, height: height) ? turnedHashes() : [])
    }

    /// Hashes a plane of floating-point luma as it is and turned in each of the seven other ways.
    public mutating func dihedral(
        luma: UnsafePointer<Float>, width: Int, height: Int, rowStride: Int
    ) -> (upright: PDQFingerprint, turned: [(Dihedral, PDQHash)]) {
        let upright = fingerprint(luma: luma, width: width, height: height, rowStride: rowStride)
        return (upright, Self.isHashable(width: width, height: height) ? turnedHashes() : [])
    }

    private func turnedHashes() -> [(Dihedral, PDQHash)] {
        Dihedral.allCases.map { ($0, transform.hash(turned: $0)) }
    }

    private func fingerprintOfGrid() -> PDQFingerprint {
        transform.transform(decimator.grid)
        return PDQFingerprint(hash: transform.hash(), quality: pdqQuality(of: decimator.grid))
    }

    private static let noFingerprint = PDQFingerprint(hash: PDQHash(words: .zero), quality: 0)

    private static func isHashable(width: Int, height: Int) -> Bool { width >= 5 && height >= 5 }
}
