import Fingerprints

// SAFETY: a plane owns `width * height` samples and hands the pointer out only while it is borrowed; `fill` writes inside that count,
// and its callers read inside the source whose size they gave.

/// Luma from 0 to 255 in rows without gaps.
///
/// A source with a long side of at least twice `limit` is averaged over squares of whole pixels, so that its long side lies between one
/// and two times the limit; up to one square less one pixel at the right and the lower edge is left out.
final class LumaPlane {
    /// For still pictures: hashes of pictures below twice this are those of the full resolution.
    static let stillLimit = 1024
    /// For frames of video.
    static let frameLimit = 512

    let width: Int
    let height: Int
    private let samples: UnsafeMutablePointer<Float>

    /// Makes a plane from `luma(row, column)` of a source of the given size.
    @inline(__always)
    init(sourceWidth: Int, sourceHeight: Int, limit: Int, luma: (_ row: Int, _ column: Int) -> Float) {
        // A strip keeps rows enough to be hashed.
        let step = max(1, min(max(sourceWidth, sourceHeight) / limit, min(sourceWidth, sourceHeight) / 16))
        width = sourceWidth / step
        height = sourceHeight / step
        samples = .allocate(capacity: width * height)
        if step == 1 {
            for row in 0..<height {
                let target = samples + row * width
                for column in 0..<width { target[column] = luma(row, column) }
            }
            return
        }
        let share = 1 / Float(step * step)
        for row in 0..<height {
            let target = samples + row * width
            for column in 0..<width { target[column] = 0 }
            for inner in 0..<step {
                for column in 0..<width {
                    var sum: Float = 0
                    for offset in 0..<step { sum += luma(row &* step &+ inner, column &* step &+ offset) }
                    target[column] += sum
                }
            }
            for column in 0..<width { target[column] *= share }
        }
    }

    deinit { samples.deallocate() }

    func fingerprint(_ hasher: inout PDQHasher) -> PDQFingerprint {
        hasher.fingerprint(luma: samples, width: width, height: height, rowStride: width)
    }

    func dihedral(_ hasher: inout PDQHasher) -> (upright: PDQFingerprint, turned: [(Dihedral, PDQHash)]) {
        hasher.dihedral(luma: samples, width: width, height: height, rowStride: width)
    }
}

/// Interleaved 8-bit RGB, with or without alpha, in memory that a decoder owns.
struct RGBPixels {
    let base: UnsafePointer<UInt8>
    let width: Int
    let height: Int
    let rowBytes: Int
    /// 3 without alpha, 4 with.
    let pixelBytes: Int

    enum Background: Float {
        case black = 0
        case white = 255
    }

    /// The luma of the stored colours, whatever their alpha.
    func luma(limit: Int) -> LumaPlane {
        LumaPlane(sourceWidth: width, sourceHeight: height, limit: limit) { row, column in
            Self.luma(base + (row &* rowBytes &+ column &* pixelBytes))
        }
    }

    /// The luma of what is seen over a plain background.
    func composite(on background: Background, limit: Int) -> LumaPlane {
        let behind = background.rawValue
        return LumaPlane(sourceWidth: width, sourceHeight: height, limit: limit) { row, column in
            let pixel = base + (row &* rowBytes &+ column &* pixelBytes)
            let alpha = Float(pixel[3]) / 255
            return behind + (Self.luma(pixel) - behind) * alpha
        }
    }

    /// Whether any pixel lets the background through.
    var isTransparent: Bool {
        guard pixelBytes == 4 else { return false }
        for row in 0..<height {
            let pixels = base + (row * rowBytes + 3)
            var lowest: UInt8 = 255
            for column in 0..<width { lowest = min(lowest, pixels[column &* 4]) }
            if lowest < 255 { return true }
        }
        return false
    }

    @inline(__always)
    private static func luma(_ pixel: UnsafePointer<UInt8>) -> Float {
        0.299 * Float(pixel[0]) + 0.587 * Float(pixel[1]) + 0.114 * Float(pixel[2])
    }
}
