import CFFmpeg
import Fingerprints

/// Decodes as few frames of a video as one frame per tick needs, and hashes those.
///
/// Packets are gathered from one key frame to the next. A tick within `tolerance` of a key frame is served by that
/// frame alone; the frames after the last tick that needs them are not decoded; between ticks frames that no other
/// refers to are left out. A tick takes the decoded frame nearest to it, with that frame's own time. Where the nearest
/// is further away than the tolerance, the frame on display is taken, at the tick's time.
final class VideoSampler {
    private static let groupPackets = 300
    private static let groupBytes = 8 << 20
    private static let repeatLimit = 600

    private(set) var frames: [VideoFrame] = []
    private(set) var notes: [String] = []
    private(set) var decodedFrames = 0
    var decodesKeyFramesOnly = false {
        didSet { if decodesKeyFramesOnly, !oldValue { notes.append("keyframes_only") } }
    }
    /// Set for an animated image: every frame is decoded, the first is kept, and those that differ are gathered.
    var isAnimation = false {
        didSet { if isAnimation { decoder.pointer.pointee.skip_frame = AVDISCARD_DEFAULT } }
    }
    private(set) var firstFrame: DecodedFrame?
    private(set) var pictures = AnimationPictures()

    private let decoder: DecoderContext
    private let stream: UnsafeMutablePointer<AVStream>
    private let budget: MediaBudget
    private var interval: Double
    private var tolerance: Double { min(0.25, interval / 4) }
    private let frameRate: Double
    private var hasher = PDQHasher()
    private var origin: Int64?
    private var timeline = PacketTimeline()

    private var group: [EncodedPacket] = []
    private var groupSize = 0
    /// The group begins with a key frame, and did not lose its head to the limit on its size.
    private var groupHasKey = false
    private var isDrained = false

    private var nextTick = 0
    private var held: DecodedFrame?
    private var heldTime = 0.0
    private var heldFrame: VideoFrame?
    private var spare: DecodedFrame?

    /// Answers `nil` where the codec cannot be opened, and refuses frames over the pixel budget.
    init?(stream: UnsafeMutablePointer<AVStream>, budget: MediaBudget) throws(MediaError) {
        guard let parameters = stream.pointee.codecpar, let spare = DecodedFrame() else { return nil }
        if parameters.pointee.width > 0, parameters.pointee.height > 0 {
            try budget.check(width: Int(parameters.pointee.width), height: Int(parameters.pointee.height))
        }
        let opened = FFmpegSetup.open(parameters.pointee.codec_id, parameters: parameters, budget: budget) { context in
            context.pointee.skip_loop_filter = AVDISCARD_ALL
            context.pointee.skip_frame = AVDISCARD_NONREF
            context.pointee.pkt_timebase = stream.pointee.time_base
        }
        guard let opened else { return nil }
        decoder = opened
        self.stream = stream
        self.budget = budget
        self.spare = spare
        // What the container says of the duration may be a lie, so a long film is thinned as it turns out to be long.
        interval = max(0.02, budget.interval.seconds)
        let rate = av_q2d(stream.pointee.avg_frame_rate)
        frameRate = rate.isFinite && rate > 0 ? rate : 25
        if stream.pointee.start_time != FB_NO_TIME { origin = stream.pointee.start_time }
    }

    /// Takes the packet's reference; the packet is empty afterwards.
    func take(_ packet: EncodedPacket) {
        timeline.mend(packet, timeBase: av_q2d(stream.pointee.time_base))
        guard !isAnimation else { return send(packet) }
        guard let kept = EncodedPacket() else { return }
        let isKey = packet.pointer.pointee.flags & AV_PKT_FLAG_KEY != 0
        if isKey, !group.isEmpty { decodeGroup(nextKey: seconds(packet)) }
        if group.isEmpty, isKey { groupHasKey = true }
        groupSize += Int(packet.pointer.pointee.size)
        av_packet_move_ref(kept.pointer, packet.pointer)
        group.append(kept)
        if group.count >= Self.groupPackets || groupSize >= Self.groupBytes {
            decodeGroup(nextKey: nil)
            groupHasKey = false
        }
    }

    /// Decodes what is left and serves the last ticks.
    func finish() {
        if !group.isEmpty { decodeGroup(nextKey: nil) }
        drain()
        // A stream without times, or one that starts late.
        if let held, frames.isEmpty { append(held, at: heldTime) }
    }

    /// Seconds to the last frame that was decoded.
    var end: Double { heldTime }

    private var frameLimit: Int { max(2, budget.frames) }

    /// The longest time, in seconds, from one sampled frame to the next, or from the last one to `end`.
    func longestGap(until end: Double) -> Double {
        let times = frames.map(\.time.seconds) + [end]
        return zip(times.dropFirst(), times).reduce(times.first ?? 0) { max($0, $1.0 - $1.1) }
    }

    // MARK: Which packets to decode

    private func decodeGroup(nextKey: Double?) {
        defer {
            group.removeAll(keepingCapacity: true)
            groupSize = 0
            groupHasKey = false
        }
        guard groupHasKey, let first = group.first else {
            // The middle of a long group, or the part before the first key frame.
            if !decodesKeyFramesOnly { for packet in group { send(packet) } }
            return
        }
        let start = seconds(first)
        if decodesKeyFramesOnly {
            if start >= (frames.last?.time.seconds ?? -interval) + interval * 0.75 { decodeAlone(first) }
            return
        }
        guard let nextKey else {
            for packet in group { send(packet) }
            return
        }
        guard let lastInner = lastTick(after: start, before: nextKey) else {
            if wants(start, nextKey: nextKey) { decodeAlone(first) }
            return
        }
        for packet in group {
            send(packet)
            if seconds(packet) >= lastInner - tolerance {
                drain()
                return
            }
        }
    }

    /// The last tick that neither key frame serves.
    private func lastTick(after start: Double, before end: Double) -> Double? {
        var tick = ((end - tolerance) / interval).rounded(.down) * interval
        if end - tick <= tolerance { tick -= interval }
        return tick - start > tolerance && tick >= Double(nextTick) * interval ? tick : nil
    }

    /// Whether a tick is nearest to this key frame.
    private func wants(_ start: Double, nextKey: Double) -> Bool {
        if held == nil { return true }
        let tick = (start / interval).rounded() * interval
        let distance = abs(start - tick)
        return tick >= Double(nextTick) * interval && distance <= tolerance && abs(nextKey - tick) >= distance
            && abs(tick - heldTime) > distance
    }

    private func decodeAlone(_ packet: EncodedPacket) {
        send(packet)
        drain()
    }

    // MARK: Decoding

    private func send(_ packet: EncodedPacket) {
        if isDrained {
            avcodec_flush_buffers(decoder.pointer)
            isDrained = false
        }
        if avcodec_send_packet(decoder.pointer, packet.pointer) == FB_AVERROR_EAGAIN {
            receive()
            _ = avcodec_send_packet(decoder.pointer, packet.pointer)
        }
        receive()
    }

    /// Takes the frames that the decoder holds back for reordering; the next packet must be a key frame.
    private func drain() {
        guard !isDrained else { return }
        _ = avcodec_send_packet(decoder.pointer, nil)
        receive()
        isDrained = true
    }

    private func receive() {
        while let frame = spare ?? DecodedFrame(), avcodec_receive_frame(decoder.pointer, frame.pointer) >= 0 {
            spare = nil
            decodedFrames += 1
            if isAnimation { gather(frame) }
            offer(frame, at: seconds(frame.pointer.pointee.best_effort_timestamp))
        }
    }

    private func gather(_ frame: DecodedFrame) {
        if firstFrame == nil, let copy = DecodedFrame(), av_frame_ref(copy.pointer, frame.pointer) >= 0 {
            firstFrame = copy
        }
        if let picture = try? FramePicture.still(frame) { pictures.add(picture, &hasher) }
    }

    // MARK: Ticks

    private func offer(_ frame: DecodedFrame, at time: Double) {
        var repeats = 0
        while Double(nextTick) * interval <= time {
            if frames.count >= frameLimit { thin() }
            let tick = Double(nextTick) * interval
            nextTick += 1
            let ahead = time - tick
            guard let held else {
                if ahead <= tolerance || decodedFrames == 1 && Double(nextTick) * interval > time {
                    append(frame, at: time)
                }
                continue
            }
            let behind = tick - heldTime
            if ahead < behind, ahead <= tolerance {
                append(frame, at: time)
            } else if behind <= tolerance {
                if frames.last?.time != MediaTime(seconds: heldTime) { append(held, at: heldTime) }
            } else if decodesKeyFramesOnly {
                if Double(nextTick) * interval > time { append(frame, at: time) }
            } else if repeats < Self.repeatLimit {
                repeats += 1
                append(held, at: tick)
                decodeEveryFrame(ifOneWasLeftOutNear: tick)
            }
        }
        spare = held
        if let spare { av_frame_unref(spare.pointer) }
        held = frame
        heldTime = time
        heldFrame = nil
    }

    /// Makes room: keeps every other frame and samples half as densely from here on.
    private func thin() {
        if !notes.contains("frames_limit") { notes.append("frames_limit") }
        frames = frames.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        if frames.count >= frameLimit { frames.removeLast() }
        interval *= 2
        nextTick = (nextTick + 1) / 2
    }

    /// Stops leaving frames out where that, and not the video, is why none was near.
    private func decodeEveryFrame(ifOneWasLeftOutNear tick: Double) {
        guard decoder.pointer.pointee.skip_frame != AVDISCARD_DEFAULT else { return }
        if group.contains(where: { abs(seconds($0) - tick) <= tolerance }) {
            decoder.pointer.pointee.skip_frame = AVDISCARD_DEFAULT
        }
    }

    private func append(_ frame: DecodedFrame, at time: Double) {
        let position = MediaTime(seconds: time)
        if frame === held, var known = heldFrame {
            known.time = position
            frames.append(known)
            return
        }
        guard let plane = FramePicture.luma(frame) else { return }
        let fingerprint = plane.fingerprint(&hasher)
        let number = Int(exactly: (time * frameRate).rounded()) ?? 0
        let made = VideoFrame(
            number: max(0, number), time: position, hash: fingerprint.hash, quality: fingerprint.quality)
        if frame === held { heldFrame = made }
        frames.append(made)
    }

    // MARK: Time

    private func seconds(_ packet: EncodedPacket) -> Double {
        let values = packet.pointer.pointee
        return seconds(values.pts != FB_NO_TIME ? values.pts : values.dts)
    }

    private func seconds(_ time: Int64) -> Double {
        guard time != FB_NO_TIME else { return heldTime + 1 / frameRate }
        let start = origin ?? time
        origin = start
        let (relative, overflow) = time.subtractingReportingOverflow(start)
        return overflow ? 0 : Double(relative) * av_q2d(stream.pointee.time_base)
    }
}
