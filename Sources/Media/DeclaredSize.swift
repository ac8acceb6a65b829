/// The size that a picture's header declares, read before any decoder sees the file.
///
/// Sources: PNG (ISO/IEC 15948), the WebP container specification, RFC 6386, TIFF 6.0, and the bitmap header of Windows.
struct DeclaredSize {
    var width: Int
    var height: Int

    /// Answers `nil` where the header is not understood; the decoder's own limit then holds.
    init?(_ bytes: UnsafeRawBufferPointer, format: SniffedFormat) {
        let reader = HeaderReader(bytes: bytes, isBigEndian: format == .png || format == .animatedPNG)
        switch format {
        case .png, .animatedPNG:
            guard let width = reader.integer(16, 4), let height = reader.integer(20, 4) else { return nil }
            self.init(width: width, height: height)
        case .bmp:
            guard let headerLength = reader.integer(14, 4) else { return nil }
            let width = headerLength == 12 ? reader.integer(18, 2) : reader.integer(18, 4)
            let height = headerLength == 12 ? reader.integer(20, 2) : reader.integer(22, 4)
            guard let width, let height else { return nil }
            // A negative height means that the rows run downwards.
            self.init(width: width, height: Int(Int32(truncatingIfNeeded: height).magnitude))
        case .webp, .animatedWebP: self.init(webP: reader)
        case .tiff:
            guard let order = reader.integer(0, 1) else { return nil }
            self.init(tiff: HeaderReader(bytes: bytes, isBigEndian: order == 0x4D))
        case .jpeg, .gif, .heic, .avif, .stream, .unknown: return nil
        }
    }

    private init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    private init?(webP reader: HeaderReader) {
        switch reader.integer(12, 4) {
        case 0x5838_5056:  // VP8X: the canvas
            guard let width = reader.integer(24, 3), let height = reader.integer(27, 3) else { return nil }
            self.init(width: width + 1, height: height + 1)
        case 0x4C38_5056:  // VP8L: two fields of 14 bits after the signature
            guard let bits = reader.integer(21, 4) else { return nil }
            self.init(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
        case 0x2038_5056:  // VP8: after the frame tag and the start code
            guard let width = reader.integer(26, 2), let height = reader.integer(28, 2) else { return nil }
            self.init(width: width & 0x3FFF, height: height & 0x3FFF)
        default: return nil
        }
    }

    private init?(tiff reader: HeaderReader) {
        guard let directory = reader.integer(4, 4), let count = reader.integer(directory, 2) else { return nil }
        var found: [Int: Int] = [:]
        for entry in 0..<count {
            let offset = directory + 2 + entry * 12
            guard let tag = reader.integer(offset, 2), let type = reader.integer(offset + 2, 2) else { return nil }
            if tag == 256 || tag == 257 { found[tag] = reader.integer(offset + 8, type == 3 ? 2 : 4) }
        }
        guard let width = found[256], let height = found[257] else { return nil }
        self.init(width: width, height: height)
    }
}

/// Integers in a header, each checked against the end of the file.
private struct HeaderReader {
    var bytes: UnsafeRawBufferPointer
    var isBigEndian: Bool

    func integer(_ offset: Int, _ count: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - count else { return nil }
        return (0..<count).reduce(0) { value, index in
            value << 8 | Int(bytes[offset + (isBigEndian ? index : count - 1 - index)])
        }
    }
}
