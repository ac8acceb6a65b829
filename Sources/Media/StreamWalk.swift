import CFFmpeg
import Fingerprints
import Glibc

/// One pass over the packets of a container: frames for `video`, sound for `audio`.
struct StreamWalk: ~Copyable {
    private let input: StreamInput
    private let budget: MediaBudget
    private let video: UnsafeMutablePointer<AVStream>?
    private let audio: UnsafeMutablePointer<AVStream>?
    private let hasFurtherStreams: Bool
    /// Seconds of a film that may be passed over when only key frames are decoded, before that is noted.
    private static let gapLimit = 10.0

    init(input: StreamInput, budget: MediaBudget) {
        self.input = input
        self.budget = budget
        video = input.bestStream(AVMEDIA_TYPE_VIDEO)
        audio = input.bestStream(AVMEDIA_TYPE_AUDIO)
        hasFurtherStreams = input.hasStreams(besides: [video, audio])
        input.keepOnly([video, audio])
    }

    /// Reads everything and completes the report. Answers the first frame of an animated image.
    func run(into report: inout MediaReport) throws(MediaError) -> StillPicture? {
        guard video != nil || audio != nil else { throw .unsupported }
        let isAnimation = report.kind == .image
        if !isAnimation {
            report.format = input.formatName
            report.kind = video == nil ? .audio : .video
        }
        let started = Self.processorSeconds()
        let stated = input.duration
        let sampler = try video.flatMap { stream throws(MediaError) in
            try VideoSampler(stream: stream, budget: budget)
        }
        let collector = audio.flatMap { AudioCollector(stream: $0, budget: budget) }
        if video != nil, sampler == nil { report.note("video_undecodable") }
        if audio != nil, collector == nil { report.note("audio_undecodable") }
        guard sampler != nil || collector != nil else { throw .unsupported }

        if isAnimation { sampler?.isAnimation = true }
        let end = read(sampler: sampler, collector: collector, started: started)
        sampler?.finish()
        let sound = collector?.finish()
        describe(sampler, sound: sound, collector: collector, stated: stated, end: end, report: &report)
        guard sampler?.decodedFrames ?? 0 > 0 || collector?.sampleCount ?? 0 > 0 else {
            throw .corrupt("no frame and no sound in it can be decoded")
        }
        return try sampler?.firstFrame.map { frame throws(MediaError) in try FramePicture.still(frame) }
    }

    /// How the packets ended.
    private struct End {
        var seconds = 0.0
        var isDamaged = false
        var ranOutOfTime = false
    }

    private func read(sampler: VideoSampler?, collector: AudioCollector?, started: Double) -> End {
        var end = End()
        guard let packet = EncodedPacket() else { return end }
        var count = 0
        while true {
            let result = input.read(packet)
            guard result >= 0 else {
                end.isDamaged = end.isDamaged || result != FB_AVERROR_EOF
                return end
            }
            count += 1
            if packet.pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 { end.isDamaged = true }
            let index = packet.pointer.pointee.stream_index
            if let stream = input.format.pointee.streams[Int(index)] {
                end.seconds = max(end.seconds, Self.endSeconds(of: packet, in: stream))
            }
            if index == video?.pointee.index {
                sampler?.take(packet)
            } else if index == audio?.pointee.index {
                collector?.take(packet)
            }
            av_packet_unref(packet.pointer)
            if count % 64 == 0 {
                let spent = Self.processorSeconds() - started
                if spent > budget.denseSeconds { sampler?.decodesKeyFramesOnly = true }
                if spent > 2 * budget.denseSeconds {
                    end.ranOutOfTime = true
                    return end
                }
            }
        }
    }

    private func describe(
        _ sampler: VideoSampler?, sound: AudioFingerprint?, collector: AudioCollector?,
        stated: (seconds: Double, isStated: Bool)?, end: End, report: inout MediaReport
    ) {
        if let parameters = video?.pointee.codecpar?.pointee, report.width == nil, parameters.width > 0 {
            report.width = Int(parameters.width)
            report.height = Int(parameters.height)
        }
        if let video { report.rotation = Self.rotation(of: video) }
        let seconds = stated.map { $0.isStated ? $0.seconds : end.seconds } ?? end.seconds
        let duration = MediaTime(seconds: seconds)
        if let sampler {
            let isStill = report.kind == .image && sampler.decodedFrames < 2
            if !sampler.frames.isEmpty, !isStill {
                report.video = VideoFingerprint(
                    frames: sampler.frames, duration: min(duration, MediaTime(seconds: max(end.seconds, sampler.end))))
            }
            for note in sampler.notes { report.note(note) }
            if report.kind == .image, !isStill {
                report.variants = sampler.pictures.views
                if sampler.pictures.isOverLimit { report.note("pictures_limit") }
            }
            if sampler.decodesKeyFramesOnly, sampler.longestGap(until: end.seconds) > Self.gapLimit {
                report.note("frames_gap")
            }
            if sampler.frames.isEmpty { report.note("no_frames") }
        }
        if report.video != nil || report.kind != .image { report.duration = duration }
        if let collector {
            if collector.duration.milliseconds >= 3000 { report.audio = sound }
            if report.audio == nil { report.note("audio_too_short") }
            if collector.isOverLimit { report.note("audio_limit") }
        }
        if report.kind == .video, audio == nil { report.note("no_audio") }
        if report.kind == .audio, ["mp4", "mov", "matroska", "webm", "avi", "mpegts", "flv"].contains(report.format) {
            report.note("no_video")
        }
        if end.ranOutOfTime { report.note("time_limit") }
        if hasFurtherStreams { report.note("further_streams") }
        let isShort = stated.map { $0.isStated && end.seconds + max(2, $0.seconds * 0.02) < $0.seconds } ?? false
        if end.isDamaged || (isShort && !end.ranOutOfTime) { report.note("truncated_input") }
    }

    private static func endSeconds(of packet: EncodedPacket, in stream: UnsafeMutablePointer<AVStream>) -> Double {
        let values = packet.pointer.pointee
        let time = values.pts != FB_NO_TIME ? values.pts : values.dts
        guard time != FB_NO_TIME else { return 0 }
        let start = stream.pointee.start_time == FB_NO_TIME ? 0 : stream.pointee.start_time
        let (relative, overflow) = time.subtractingReportingOverflow(start)
        return overflow ? 0 : (Double(relative) + Double(max(0, values.duration))) * av_q2d(stream.pointee.time_base)
    }

    private static func rotation(of stream: UnsafeMutablePointer<AVStream>) -> Int {
        var size = 0
        guard let matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36 else {
            return 0
        }
        // The library's angle is counter-clockwise.
        let clockwise = -Int(fb_display_rotation(matrix))
        let turns = Int((Double(clockwise) / 90).rounded())
        return ((turns % 4 + 4) % 4) * 90
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
