import CTurboJPEG
import Glibc

// SAFETY: the handle and the buffer live as long as the decoder; the buffer is grown to rows × bytes of the scaled
// size before the library writes to it, and planes are made from it before the next picture.

/// Decodes JPEG to luma, at a half, a quarter or an eighth of its size where that leaves 512 pixels on the long side.
final class JPEGDecoder {
    private static let shortestLongSide = 512

    private let handle = tjInitDecompress()
    private var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 0)

    deinit {
        if let handle { tjDestroy(handle) }
        buffer.deallocate()
    }

    /// Decodes one picture, or answers `nil` where another decoder must try.
    func decode(_ bytes: UnsafeRawBufferPointer, budget: MediaBudget) throws(MediaError) -> StillPicture? {
        guard let handle, let source = bytes.bindMemory(to: UInt8.self).baseAddress else { return nil }
        let length = UInt(bytes.count)
        var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        guard tjDecompressHeader3(handle, source, length, &width, &height, &sampling, &space) == 0 else { return nil }
        try budget.check(width: Int(width), height: Int(height))
        let divisor = Self.divisor(longSide: Int(max(width, height)))
        let (columns, rows) = ((Int(width) + divisor - 1) / divisor, (Int(height) + divisor - 1) / divisor)
        let format = Self.pixelFormat(of: space)
        let pixelBytes = format == TJPF_GRAY.rawValue ? 1 : format == TJPF_RGB.rawValue ? 3 : 4
        guard let target = reserve(columns * rows * pixelBytes) else { return nil }
        let flags = TJFLAG_LIMITSCANS
        let result = tjDecompress2(handle, source, length, target, Int32(columns), 0, Int32(rows), format, flags)
        var note: String?
        if result != 0 {
            guard tjGetErrorCode(handle) == TJERR_WARNING.rawValue else {
                throw .corrupt("the JPEG data cannot be decoded")
            }
            let isShort = tjGetErrorStr2(handle).map { strstr($0, "remature end") != nil } ?? false
            note = isShort ? "truncated_input" : "damaged_input"
        }
        let plane = Self.plane(UnsafePointer(target), columns: columns, rows: rows, pixelBytes: pixelBytes)
        var picture = StillPicture(width: Int(width), height: Int(height), luma: plane)
        if let note { picture.notes.append(note) }
        return picture
    }

    private static func divisor(longSide: Int) -> Int {
        for divisor in [8, 4, 2] where (longSide + divisor - 1) / divisor >= shortestLongSide { return divisor }
        return 1
    }

    /// The luma of YCbCr is what its RGB would give; other colour spaces go through RGB.
    private static func pixelFormat(of space: Int32) -> Int32 {
        switch space {
        case Int32(TJCS_YCbCr.rawValue), Int32(TJCS_GRAY.rawValue): TJPF_GRAY.rawValue
        case Int32(TJCS_CMYK.rawValue), Int32(TJCS_YCCK.rawValue): TJPF_CMYK.rawValue
        default: TJPF_RGB.rawValue
        }
    }

    private static func plane(_ base: UnsafePointer<UInt8>, columns: Int, rows: Int, pixelBytes: Int) -> LumaPlane {
        switch pixelBytes {
        case 1:
            return LumaPlane(
                bytes: base, rowBytes: columns, sourceWidth: columns, sourceHeight: rows, limit: LumaPlane.stillLimit,
                black: 0, scale: 1)
        case 3:
            let pixels = RGBPixels(base: base, width: columns, height: rows, rowBytes: columns * 3, pixelBytes: 3)
            return pixels.luma(limit: LumaPlane.stillLimit)
        default:
            // Four inks, stored inverted as nearly every writer does: light passes through both the ink and the black.
            return LumaPlane(sourceWidth: columns, sourceHeight: rows, limit: LumaPlane.stillLimit) { row, column in
                let ink = base + (row &* columns &+ column) &* 4
                let black = Float(ink[3]) / 255
                return (0.299 * Float(ink[0]) + 0.587 * Float(ink[1]) + 0.114 * Float(ink[2])) * black
            }
        }
    }

    private func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
        if buffer.count < count {
            buffer.deallocate()
            buffer = .allocate(capacity: count)
        }
        return buffer.baseAddress
    }
}
