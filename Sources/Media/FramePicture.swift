import CFFmpeg

// SAFETY: pixels are read inside the width, height and line sizes of a frame that is referenced while it is read; the
// converted copy is allocated with the line size that the converter is given.

/// Luma from the frames that FFmpeg decodes.
enum FramePicture {
    /// Decodes a picture that is one packet.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, codec: AVCodecID, budget: MediaBudget
    ) throws(MediaError) -> StillPicture {
        let frame = try frame(bytes, codec: codec, budget: budget)
        var picture = try still(frame)
        if frame.pointer.pointee.decode_error_flags != 0 || frame.pointer.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 {
            picture.notes.append("damaged_input")
        }
        return picture
    }

    /// Decodes one packet to one frame.
    static func frame(
        _ bytes: UnsafeRawBufferPointer, codec: AVCodecID, budget: MediaBudget
    ) throws(MediaError) -> DecodedFrame {
        guard bytes.count < Int(Int32.max) - 64, let packet = EncodedPacket(), let frame = DecodedFrame(),
            av_new_packet(packet.pointer, Int32(bytes.count)) == 0, let source = bytes.baseAddress
        else { throw .corrupt("there is no memory for it") }
        packet.pointer.pointee.data.update(from: source.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        packet.pointer.pointee.flags = AV_PKT_FLAG_KEY
        guard let decoder = FFmpegSetup.open(codec, parameters: nil, budget: budget) else { throw .unsupported }
        var result = avcodec_send_packet(decoder.pointer, packet.pointer)
        if result >= 0 {
            _ = avcodec_send_packet(decoder.pointer, nil)
            result = avcodec_receive_frame(decoder.pointer, frame.pointer)
        }
        guard result >= 0 else {
            // The decoder refuses a picture over the pixel budget from its header, before it allocates.
            let (width, height) = (Int(decoder.pointer.pointee.width), Int(decoder.pointer.pointee.height))
            if width > 0, height > 0 { try budget.check(width: width, height: height) }
            throw .corrupt("its picture data cannot be decoded")
        }
        return frame
    }

    /// Reads a frame as interleaved RGB with alpha.
    static func withRGBA<Value>(_ frame: DecodedFrame, _ body: (RGBPixels) -> Value) -> Value? {
        let values = frame.pointer.pointee
        if AVPixelFormat(values.format) == AV_PIX_FMT_RGBA, let base = values.data.0 {
            return body(
                RGBPixels(
                    base: base, width: Int(values.width), height: Int(values.height), rowBytes: Int(values.linesize.0),
                    pixelBytes: 4))
        }
        return converted(frame, to: AV_PIX_FMT_RGBA, pixelBytes: 4)?.read(body)
    }

    /// A frame as a still picture, with its alpha.
    static func still(_ frame: DecodedFrame) throws(MediaError) -> StillPicture {
        let values = frame.pointer.pointee
        let (width, height) = (Int(values.width), Int(values.height))
        let format = AVPixelFormat(values.format)
        let hasAlpha =
            av_pix_fmt_desc_get(format).map { $0.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0 } ?? false
        let isPalette = format == AV_PIX_FMT_PAL8
        if !hasAlpha, !isPalette, let plane = brightness(values, limit: LumaPlane.stillLimit) {
            return StillPicture(width: width, height: height, luma: plane)
        }
        let target = hasAlpha || isPalette ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24
        let pixelBytes = hasAlpha || isPalette ? 4 : 3
        if format == target, let base = values.data.0 {
            return StillPicture(
                RGBPixels(
                    base: base, width: width, height: height, rowBytes: Int(values.linesize.0), pixelBytes: pixelBytes))
        }
        guard let copy = converted(frame, to: target, pixelBytes: pixelBytes) else {
            throw .corrupt("its pixel format cannot be converted")
        }
        return copy.read { StillPicture($0) }
    }

    /// The luma of a frame of video.
    static func luma(_ frame: DecodedFrame) -> LumaPlane? {
        if let plane = brightness(frame.pointer.pointee, limit: LumaPlane.frameLimit) { return plane }
        guard let copy = converted(frame, to: AV_PIX_FMT_RGB24, pixelBytes: 3) else { return nil }
        return copy.read { $0.luma(limit: LumaPlane.frameLimit) }
    }

    /// Luma straight from a brightness plane, stretched to the full range; `nil` for formats that have none.
    private static func brightness(_ frame: AVFrame, limit: Int) -> LumaPlane? {
        guard let description = av_pix_fmt_desc_get(AVPixelFormat(frame.format)), let base = frame.data.0 else {
            return nil
        }
        let flags = description.pointee.flags
        let unsuited = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL
        let first = description.pointee.comp.0
        guard flags & UInt64(unsuited | AV_PIX_FMT_FLAG_FLOAT) == 0, first.plane == 0, first.offset == 0 else {
            return nil
        }
        let isBigEndian = flags & UInt64(AV_PIX_FMT_FLAG_BE) != 0
        let isGrey = description.pointee.nb_components < 3
        let isFull =
            isGrey || frame.color_range == AVCOL_RANGE_JPEG || isFullRangeFormat(AVPixelFormat(frame.format))
        let (width, height, rowBytes) = (Int(frame.width), Int(frame.height), Int(frame.linesize.0))
        let (scale, black): (Float, Float) = isFull ? (1, 0) : (255.0 / 219.0, 16)
        if first.depth == 8, first.step == 1 {
            return LumaPlane(
                bytes: base, rowBytes: rowBytes, sourceWidth: width, sourceHeight: height, limit: limit, black: black,
                scale: scale)
        }
        guard first.depth > 8, first.depth <= 16, first.step == 2, !isBigEndian else { return nil }
        let unit = 1 / Float(1 << (first.depth + first.shift - 8))
        return LumaPlane(sourceWidth: width, sourceHeight: height, limit: limit) { row, column in
            let raw = UnsafeRawPointer(base + (row &* rowBytes &+ column &* 2)).loadUnaligned(as: UInt16.self)
            return min(255, max(0, (Float(raw) * unit - black) * scale))
        }
    }

    private static func isFullRangeFormat(_ format: AVPixelFormat) -> Bool {
        format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P
            || format == AV_PIX_FMT_YUVJ440P || format == AV_PIX_FMT_YUVJ411P
    }

    /// A copy in another pixel format.
    private static func converted(_ frame: DecodedFrame, to target: AVPixelFormat, pixelBytes: Int) -> ConvertedPixels?
    {
        let values = frame.pointer.pointee
        let (width, height) = (values.width, values.height)
        guard width > 0, height > 0,
            let converter = sws_getContext(
                width, height, AVPixelFormat(values.format), width, height, target,
                SWS_POINT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nil, nil, nil)
        else { return nil }
        defer { sws_freeContext(converter) }
        let rowBytes = (Int(width) * pixelBytes + 63) / 64 * 64
        let copy = ConvertedPixels(width: Int(width), height: Int(height), rowBytes: rowBytes, pixelBytes: pixelBytes)
        var lines: [UnsafeMutablePointer<UInt8>?] = [copy.base, nil, nil, nil]
        var strides: [Int32] = [Int32(rowBytes), 0, 0, 0]
        let rows = withUnsafePointer(to: frame.pointer.pointee.data) { data in
            withUnsafePointer(to: frame.pointer.pointee.linesize) { sizes in
                data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { data in
                    sizes.withMemoryRebound(to: Int32.self, capacity: 8) { sizes in
                        sws_scale(converter, data, sizes, 0, height, &lines, &strides)
                    }
                }
            }
        }
        return rows == height ? copy : nil
    }
}

/// Pixels in memory of their own.
private final class ConvertedPixels {
    let base: UnsafeMutablePointer<UInt8>
    private let shape: (width: Int, height: Int, rowBytes: Int, pixelBytes: Int)

    init(width: Int, height: Int, rowBytes: Int, pixelBytes: Int) {
        base = .allocate(capacity: rowBytes * height + 64)
        shape = (width, height, rowBytes, pixelBytes)
    }

    deinit { base.deallocate() }

    /// Reads the pixels while they are held.
    func read<Result: ~Copyable>(_ body: (RGBPixels) -> Result) -> Result {
        withExtendedLifetime(self) {
            body(
                RGBPixels(
                    base: base, width: shape.width, height: shape.height, rowBytes: shape.rowBytes,
                    pixelBytes: shape.pixelBytes))
        }
    }
}
