import CFFmpeg
import Glibc

// SAFETY: the demuxer's context and its byte source live and die with this object; the callbacks reach the source
// through an unretained reference that the object keeps alive, and are not called after `deinit` closes the demuxer.

/// An open container: its streams, and its packets one after another.
final class StreamInput {
    let format: UnsafeMutablePointer<AVFormatContext>
    private let source: ByteSource
    private var bytesContext: UnsafeMutablePointer<AVIOContext>?

    /// Reads the container's header and as much of the streams as tells what they are. The container is guessed unless
    /// `container` names it.
    init(descriptor: Int32, size: Int, container: String?, budget: MediaBudget) throws(MediaError) {
        source = ByteSource(descriptor: descriptor, size: size)
        let bufferSize: Int32 = 64 << 10
        let reference = Unmanaged.passUnretained(source).toOpaque()
        guard let context = avformat_alloc_context(), let buffer = av_malloc(Int(bufferSize)),
            let bytes = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), bufferSize, 0, reference,
                { reference, target, count in
                    guard let reference, let target else { return FB_AVERROR_EIO }
                    return Unmanaged<ByteSource>.fromOpaque(reference).takeUnretainedValue().read(target, Int(count))
                }, nil,
                { reference, offset, whence in
                    guard let reference else { return -1 }
                    return Unmanaged<ByteSource>.fromOpaque(reference).takeUnretainedValue().seek(offset, whence)
                })
        else { throw .corrupt("there is no memory for it") }
        bytesContext = bytes
        context.pointee.pb = bytes
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        // A container may name other files or addresses: none of them is opened.
        context.pointee.io_open = { _, _, _, _, _ in FB_AVERROR_EACCES }
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "format_whitelist", FFmpegSetup.containers, 0)
        av_dict_set(&options, "codec_whitelist", FFmpegSetup.decoders, 0)
        av_dict_set(&options, "protocol_whitelist", "none", 0)
        var opened: UnsafeMutablePointer<AVFormatContext>? = context
        let result = avformat_open_input(&opened, nil, container.flatMap { av_find_input_format($0) }, &options)
        guard result >= 0, let opened else {
            Self.free(&bytesContext)
            throw .corrupt("its container cannot be read")
        }
        format = opened
        for index in 0..<Int(opened.pointee.nb_streams) {
            guard let parameters = opened.pointee.streams[index]?.pointee.codecpar?.pointee,
                parameters.codec_type == AVMEDIA_TYPE_VIDEO, parameters.width > 0, parameters.height > 0
            else { continue }
            try budget.check(width: Int(parameters.width), height: Int(parameters.height))
        }
        guard avformat_find_stream_info(opened, nil) >= 0 else { throw .corrupt("its streams cannot be read") }
    }

    deinit {
        var opened: UnsafeMutablePointer<AVFormatContext>? = format
        avformat_close_input(&opened)
        Self.free(&bytesContext)
    }

    private static func free(_ context: inout UnsafeMutablePointer<AVIOContext>?) {
        if let context { av_free(context.pointee.buffer) }
        avio_context_free(&context)
    }

    /// The stream of one kind that a player would choose; a cover picture is not a video.
    func bestStream(_ type: AVMediaType) -> UnsafeMutablePointer<AVStream>? {
        let index = av_find_best_stream(format, type, -1, -1, nil, 0)
        guard index >= 0, let best = format.pointee.streams[Int(index)] else { return nil }
        return Self.isCover(best) ? streams.first { Self.isPlayed($0, type) } : best
    }

    /// Whether there is a video or a sound besides these, which another player might choose.
    func hasStreams(besides chosen: [UnsafeMutablePointer<AVStream>?]) -> Bool {
        streams.contains { stream in
            !chosen.contains(stream)
                && (Self.isPlayed(stream, AVMEDIA_TYPE_VIDEO) || Self.isPlayed(stream, AVMEDIA_TYPE_AUDIO))
        }
    }

    private var streams: [UnsafeMutablePointer<AVStream>] {
        (0..<Int(format.pointee.nb_streams)).compactMap { format.pointee.streams[$0] }
    }

    private static func isPlayed(_ stream: UnsafeMutablePointer<AVStream>, _ type: AVMediaType) -> Bool {
        stream.pointee.codecpar?.pointee.codec_type == type && !isCover(stream)
    }

    private static func isCover(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
    }

    /// Leaves out the packets of all streams but these.
    func keepOnly(_ streams: [UnsafeMutablePointer<AVStream>?]) {
        for index in 0..<Int(format.pointee.nb_streams) {
            guard let stream = format.pointee.streams[index], !streams.contains(stream) else { continue }
            stream.pointee.discard = AVDISCARD_ALL
        }
    }

    /// Reads the next packet, or answers why there is none.
    func read(_ packet: EncodedPacket) -> Int32 { av_read_frame(format, packet.pointer) }

    /// Seconds that the container gives for the whole, and whether they are more than a guess from the bit rate.
    var duration: (seconds: Double, isStated: Bool)? {
        let value = format.pointee.duration
        guard value != FB_NO_TIME, value > 0 else { return nil }
        return (
            Double(value) / Double(AV_TIME_BASE),
            format.pointee.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE
        )
    }

    /// The usual name of the container.
    var formatName: String {
        guard let input = format.pointee.iformat, let name = input.pointee.name else { return "unknown" }
        switch String(cString: name) {
        case "mov,mp4,m4a,3gp,3g2,mj2": return majorBrand == "qt  " ? "mov" : "mp4"
        case "matroska,webm": return source.headContains("webm") ? "webm" : "matroska"
        case let other: return other
        }
    }

    private var majorBrand: String {
        guard let entry = av_dict_get(format.pointee.metadata, "major_brand", nil, 0), let value = entry.pointee.value
        else { return "qt  " }
        return String(cString: value)
    }
}

/// A file read by position on the demuxer's behalf.
private final class ByteSource {
    private let descriptor: Int32
    private let size: Int
    private var position = 0

    init(descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    func read(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
        let wanted = min(count, max(0, size - position))
        guard wanted > 0 else { return FB_AVERROR_EOF }
        let buffer = UnsafeMutableRawBufferPointer(start: target, count: wanted)
        let done = MediaFile.read(descriptor, into: buffer, at: position)
        position += done
        return done > 0 ? Int32(done) : FB_AVERROR_EOF
    }

    func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        let base: Int
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return Int64(size)
        case SEEK_SET: base = 0
        case SEEK_CUR: base = position
        case SEEK_END: base = size
        default: return -1
        }
        let (target, overflow) = base.addingReportingOverflow(Int(offset))
        guard !overflow, target >= 0 else { return -1 }
        position = target
        return Int64(target)
    }

    func headContains(_ text: String) -> Bool {
        var head = [UInt8](repeating: 0, count: 64)
        let count = head.withUnsafeMutableBytes { MediaFile.read(descriptor, into: $0, at: 0) }
        return String(decoding: head[..<count], as: UTF8.self).contains(text)
    }
}
