import CChromaprint
import CFFmpeg
import Fingerprints

// SAFETY: the resampler, the fingerprinter and the sample buffer are freed once, in `deinit`; the library is told the
// buffer's capacity.

/// Decodes one stream of sound to mono at 11,025 Hz and fingerprints it as it goes.
final class AudioCollector {
    static let rate: Int32 = 11_025
    /// A day; more is left out.
    private static let maximumSamples = 86_400 * Int(rate)
    private static let capacity: Int32 = 16_384

    private let decoder: DecoderContext
    private let frame: DecodedFrame
    private let fingerprinter: OpaquePointer
    private let samples = UnsafeMutablePointer<Int16>.allocate(capacity: Int(capacity))
    private var resampler: OpaquePointer?
    private var source: (format: Int32, rate: Int32, channels: Int32)?
    private(set) var sampleCount = 0
    private(set) var isOverLimit = false

    /// Answers `nil` where the stream's codec cannot be opened.
    init?(stream: UnsafeMutablePointer<AVStream>, budget: MediaBudget) {
        guard let parameters = stream.pointee.codecpar, let frame = DecodedFrame(),
            let decoder = FFmpegSetup.open(parameters.pointee.codec_id, parameters: parameters, budget: budget),
            let fingerprinter = chromaprint_new(Int32(CHROMAPRINT_ALGORITHM_TEST2.rawValue))
        else { return nil }
        decoder.pointer.pointee.pkt_timebase = stream.pointee.time_base
        self.decoder = decoder
        self.frame = frame
        self.fingerprinter = fingerprinter
        chromaprint_start(fingerprinter, Self.rate, 1)
    }

    deinit {
        swr_free(&resampler)
        chromaprint_free(fingerprinter)
        samples.deallocate()
    }

    func take(_ packet: EncodedPacket) {
        guard !isOverLimit, avcodec_send_packet(decoder.pointer, packet.pointer) >= 0 else { return }
        receive()
    }

    /// Ends the stream and answers its words, or `nil` where there are none.
    func finish() -> AudioFingerprint? {
        _ = avcodec_send_packet(decoder.pointer, nil)
        receive()
        if resampler != nil { resample(nil, count: 0) }
        guard chromaprint_finish(fingerprinter) == 1 else { return nil }
        var words: UnsafeMutablePointer<UInt32>?
        var count: Int32 = 0
        guard chromaprint_get_raw_fingerprint(fingerprinter, &words, &count) == 1, let words, count > 0 else {
            return nil
        }
        defer { chromaprint_dealloc(words) }
        return AudioFingerprint(
            words: Array(UnsafeBufferPointer(start: words, count: Int(count))), duration: duration)
    }

    var duration: MediaTime { MediaTime(seconds: Double(sampleCount) / Double(Self.rate)) }

    private func receive() {
        while avcodec_receive_frame(decoder.pointer, frame.pointer) >= 0 {
            let values = frame.pointer.pointee
            let found = (format: values.format, rate: values.sample_rate, channels: values.ch_layout.nb_channels)
            if source == nil || source.map({ $0 != found }) == true { open(found) }
            if resampler != nil, let data = values.extended_data {
                UnsafeMutableRawPointer(data).withMemoryRebound(
                    to: UnsafePointer<UInt8>?.self, capacity: Int(max(1, found.channels))
                ) { resample($0, count: values.nb_samples) }
            }
            av_frame_unref(frame.pointer)
        }
    }

    private func open(_ found: (format: Int32, rate: Int32, channels: Int32)) {
        if resampler != nil { resample(nil, count: 0) }
        swr_free(&resampler)
        source = found
        guard found.rate > 0, found.channels > 0, found.channels <= 64 else { return }
        if fb_resampler_to_mono(
            &resampler, Self.rate, &frame.pointer.pointee.ch_layout, found.format, found.rate) < 0
        {
            swr_free(&resampler)
        }
    }

    private func resample(_ data: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: Int32) {
        var (data, count) = (data, count)
        while true {
            var target: UnsafeMutablePointer<UInt8>? = UnsafeMutableRawPointer(samples).assumingMemoryBound(
                to: UInt8.self)
            let made = swr_convert(resampler, &target, Self.capacity, data, count)
            guard made > 0 else { return }
            guard sampleCount + Int(made) <= Self.maximumSamples else {
                isOverLimit = true
                return
            }
            sampleCount += Int(made)
            chromaprint_feed(fingerprinter, samples, made)
            guard made == Self.capacity else { return }
            (data, count) = (nil, 0)
        }
    }
}
