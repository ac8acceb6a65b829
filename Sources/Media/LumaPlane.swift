import Fingerprints

// SAFETY: a plane owns `width * height` samples and frees them; its initialisers write inside that count and
// read inside the source whose size their callers gave.

/// Luma from 0 to 255 in rows without gaps.
///
/// A source with a long side of at least twice `limit` is averaged over squares of whole pixels, so that its long side
/// lies between one and two times the limit; up to one square less one pixel at the right and the lower edge is left
/// out.
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
        let step = Self.step(sourceWidth, sourceHeight, limit)
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

    /// Makes a plane from rows of 8-bit brightness, of which `black` is the darkest and `scale` stretches one step.
    init(
        bytes: UnsafePointer<UInt8>, rowBytes: Int, sourceWidth: Int, sourceHeight: Int, limit: Int, black: Float,
        scale: Float
    ) {
        let step = Self.step(sourceWidth, sourceHeight, limit)
        width = sourceWidth / step
        height = sourceHeight / step
        samples = .allocate(capacity: width * height)
        let (unit, base) = (scale / Float(step * step), black * scale)
        var sums = [UInt32](repeating: 0, count: sourceWidth)
        for row in 0..<height {
            let target = samples + row * width
            sums.withUnsafeMutableBufferPointer { sums in
                for inner in 0..<step {
                    let source = bytes + (row * step + inner) * rowBytes
                    if inner == 0 {
                        for column in 0..<sourceWidth { sums[column] = UInt32(source[column]) }
                    } else {
                        for column in 0..<sourceWidth { sums[column] &+= UInt32(source[column]) }
                    }
                }
                for column in 0..<width {
                    var sum: UInt32 = 0
                    for offset in 0..<step { sum &+= sums[column &* step &+ offset] }
                    let value = Float(sum) * unit - base
                    target[column] = value < 0 ? 0 : value > 255 ? 255 : value
                }
            }
        }
    }

    /// How many pixels of the source, along each side, make one sample; a strip keeps rows enough to be hashed.
    private static func step(_ width: Int, _ height: Int, _ limit: Int) -> Int {
        max(1, min(max(width, height) / limit, min(width, height) / 16))
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
