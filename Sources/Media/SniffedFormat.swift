/// What a file is by its first bytes.
enum SniffedFormat: Hashable {
    case jpeg, png, animatedPNG, webp, animatedWebP, gif, bmp, tiff, heic, avif
    /// Sound or video: the demuxer names the format.
    case stream
    case unknown

    var name: String {
        switch self {
        case .jpeg: "jpeg"
        case .png, .animatedPNG: "png"
        case .webp, .animatedWebP: "webp"
        case .gif: "gif"
        case .bmp: "bmp"
        case .tiff: "tiff"
        case .heic: "heic"
        case .avif: "avif"
        case .stream: "stream"
        case .unknown: "unknown"
        }
    }

    init(_ head: [UInt8]) {
        func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }
        func has(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
            head.count >= offset + bytes.count && head[offset..<offset + bytes.count].elementsEqual(bytes)
        }
        self =
            if has([0xFF, 0xD8, 0xFF]) {
                .jpeg
            } else if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                head.withUnsafeBytes { Self.isAnimatedPNG($0) } ? .animatedPNG : .png
            } else if has("RIFF"), has("WEBP", at: 8) {
                has("VP8X", at: 12) && head.count > 20 && head[20] & 2 != 0 ? .animatedWebP : .webp
            } else if has("GIF87a") || has("GIF89a") {
                .gif
            } else if has("BM"), head.count >= 26 {
                .bmp
            } else if has([0x49, 0x49, 0x2A, 0]) || has([0x4D, 0x4D, 0, 0x2A]) {
                .tiff
            } else if has("ftyp", at: 4) {
                Self.brands(head)
            } else {
                Self.isStream(head) ? .stream : .unknown
            }
    }

    /// Whether the animation chunk of a PNG stands before the picture data, as the format requires. A chunk of text that
    /// is longer than the head may stand before both, so what a head cannot tell is asked of the whole file.
    static func isAnimatedPNG(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 8
        while offset + 8 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let kind = bytes[offset + 4..<offset + 8]
            if kind.elementsEqual("acTL".utf8) { return true }
            if kind.elementsEqual("IDAT".utf8) { return false }
            offset += length + 12
        }
        return false
    }

    /// Whether a HEIF file has, beside its picture, a film: a sequence that browsers play in the picture's place.
    static func hasSequence(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset + 16 <= bytes.count {
            var length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            if bytes[offset + 4..<offset + 8].elementsEqual("moov".utf8) { return true }
            if length == 1 {
                length = bytes[offset + 8..<offset + 16].reduce(0) { ($0 & (Int.max >> 9)) << 8 | Int($1) }
            }
            guard length >= 8, length <= bytes.count - offset else { return false }
            offset += length
        }
        return false
    }

    /// Tells still pictures from films by the major brand, then by the compatible ones.
    private static func brands(_ head: [UInt8]) -> SniffedFormat {
        guard head.count >= 16 else { return .unknown }
        let length = min(head.count, head[0..<4].reduce(0) { $0 << 8 | Int($1) })
        var brands = [String(decoding: head[8..<12], as: UTF8.self)]
        var offset = 16
        while offset + 4 <= length, brands.count < 32 {
            brands.append(String(decoding: head[offset..<offset + 4], as: UTF8.self))
            offset += 4
        }
        let pictureBrands: Set = ["mif1", "msf1", "miaf"]
        guard let major = brands.first else { return .unknown }
        if major == "avif" || major == "avis" { return .avif }
        if ["heic", "heix", "heim", "heis", "hevc", "hevx"].contains(major) { return .heic }
        if pictureBrands.contains(major) { return brands.contains("avif") ? .avif : .heic }
        return .stream
    }

    /// Whether the file begins as one of the containers that are read for sound and video.
    private static func isStream(_ head: [UInt8]) -> Bool {
        func has(_ text: String, at offset: Int = 0) -> Bool {
            head.count >= offset + text.utf8.count
                && head[offset..<offset + text.utf8.count].elementsEqual(text.utf8)
        }
        guard head.count >= 4 else { return false }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return true }
        if has("RIFF") { return has("AVI ", at: 8) || has("WAVE", at: 8) }
        if has("RF64") || has("FLV") || has("OggS") || has("fLaC") || has("ID3") { return true }
        for box in ["moov", "mdat", "free", "skip", "wide", "pnot"] where has(box, at: 4) { return true }
        // Sound without a container: an MPEG audio or ADTS frame header.
        if head[0] == 0xFF && head[1] & 0xE0 == 0xE0 && head[1] & 0x18 != 0x08 { return true }
        // Transport streams: the sync byte three times over, in packets of 188, or of 192 with a time stamp first.
        for (start, step) in [(0, 188), (4, 192)] where head.count > start + 2 * step {
            if (0..<3).allSatisfy({ head[start + $0 * step] == 0x47 }) { return true }
        }
        return head.starts(with: [0, 0, 1, 0xBA])
    }
}
