import CFFmpeg

/// What is asked of FFmpeg once, and the names of what it may use.
enum FFmpegSetup {
    /// Containers that are opened. Whatever is not named here is refused, however it was found.
    static let containers =
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,mp3,aac,flac,wav,gif,apng"

    /// Decoders that are opened.
    static let decoders = [
        "h264", "hevc", "vp8", "vp9", "libdav1d", "mpeg4", "mpeg1video", "mpeg2video", "h263", "flv", "vp6", "vp6f",
        "mjpeg", "theora", "prores", "dnxhd", "msmpeg4", "msmpeg4v2", "msmpeg4v1", "wmv1", "wmv2", "vc1", "wmv3", "gif",
        "apng", "png", "webp", "bmp", "tiff", "rawvideo", "aac", "aac_latm", "mp3float", "mp3", "mp2float", "mp2",
        "opus",
        "vorbis", "flac", "alac", "ac3", "eac3", "amrnb", "amrwb", "wmav1", "wmav2", "wmapro", "pcm_s16le", "pcm_s16be",
        "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_u8", "pcm_s8", "pcm_f32le", "pcm_f32be", "pcm_f64le",
        "pcm_mulaw", "pcm_alaw", "adpcm_ms", "adpcm_ima_wav", "adpcm_swf", "nellymoser", "speex", "libspeex",
    ].joined(separator: ",")

    /// Silences the library's log and runs each first-use initialisation now, before a sandbox closes.
    static func prepare() {
        av_log_set_level(AV_LOG_QUIET)
        for name in ["h264", "hevc", "vp9", "libdav1d", "png", "webp", "aac", "mp3float", "opus"] {
            guard let codec = avcodec_find_decoder_by_name(name) else { continue }
            var context = avcodec_alloc_context3(codec)
            context?.pointee.thread_count = 1
            if let context { _ = avcodec_open2(context, codec, nil) }
            avcodec_free_context(&context)
        }
    }

    /// The decoder for a codec, from the list.
    static func decoder(for codec: AVCodecID) -> UnsafePointer<AVCodec>? {
        if codec == AV_CODEC_ID_AV1 { return avcodec_find_decoder_by_name("libdav1d") }
        return avcodec_find_decoder(codec)
    }

    /// Opens a decoder for a stream, or for pictures without a stream, on one thread.
    static func open(
        _ codec: AVCodecID, parameters: UnsafePointer<AVCodecParameters>?, budget: MediaBudget,
        configure: (UnsafeMutablePointer<AVCodecContext>) -> Void = { _ in }
    ) -> DecoderContext? {
        guard let decoder = decoder(for: codec), let context = avcodec_alloc_context3(decoder) else { return nil }
        let owned = DecoderContext(context)
        if let parameters, avcodec_parameters_to_context(context, parameters) < 0 { return nil }
        context.pointee.thread_count = 1
        context.pointee.max_pixels = Int64(budget.pixels)
        configure(context)
        var options: OpaquePointer?
        av_dict_set(&options, "codec_whitelist", decoders, 0)
        defer { av_dict_free(&options) }
        return avcodec_open2(context, decoder, &options) >= 0 ? owned : nil
    }
}

// SAFETY: each wrapper frees what it was given once, when the last reference to it goes.

final class DecoderContext {
    let pointer: UnsafeMutablePointer<AVCodecContext>

    init(_ pointer: UnsafeMutablePointer<AVCodecContext>) { self.pointer = pointer }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = pointer
        avcodec_free_context(&context)
    }
}

/// A decoded frame and its reference to the decoder's buffers.
final class DecodedFrame {
    let pointer: UnsafeMutablePointer<AVFrame>

    init?() {
        guard let frame = av_frame_alloc() else { return nil }
        pointer = frame
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&frame)
    }
}

final class EncodedPacket {
    let pointer: UnsafeMutablePointer<AVPacket>

    init?() {
        guard let packet = av_packet_alloc() else { return nil }
        pointer = packet
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&packet)
    }
}
