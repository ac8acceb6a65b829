import CFFmpeg
import Fingerprints

// SAFETY: the canvas is allocated once, with four bytes for each of its pixels, after the budget was checked; frames
// are drawn inside it.

/// The frames of an animated WebP, which FFmpeg's demuxer does not read: each is decoded as a picture and drawn on a
/// canvas.
///
/// Source: the WebP container specification.
final class AnimatedWebP {
    private struct Frame {
        var (x, y, width, height) = (0, 0, 0, 0)
        var milliseconds = 0
        var isBlended = true
        var isCleared = false
        /// The picture's chunks, in the file.
        var chunks = 0..<0
        var hasAlpha = false
    }

    private let bytes: UnsafeRawBufferPointer
    private let width: Int
    private let height: Int
    private let canvas: UnsafeMutablePointer<UInt8>
    private var frames: [Frame] = []

    /// Reads the chunks; `bytes` must outlive this object.
    init(_ bytes: UnsafeRawBufferPointer, budget: MediaBudget) throws(MediaError) {
        guard bytes.count >= 30 else { throw .corrupt("it ends in its header") }
        self.bytes = bytes
        width = Self.integer(bytes, 24, 3) + 1
        height = Self.integer(bytes, 27, 3) + 1
        try budget.check(width: width, height: height)
        canvas = .allocate(capacity: width * height * 4)
        canvas.initialize(repeating: 0, count: width * height * 4)
        var offset = 12
        while offset + 8 <= bytes.count {
            let length = Self.integer(bytes, offset + 4, 4)
            guard length <= bytes.count - offset - 8 else { break }
            if bytes[offset..<offset + 4].elementsEqual("ANMF".utf8), length > 16 {
                frames.append(frame(at: offset + 8, length: length))
            }
            offset += 8 + length + length & 1
        }
    }

    deinit { canvas.deallocate() }

    /// Draws every frame, hashes the one on display at each tick, and answers the first.
    func run(
        _ hasher: inout PDQHasher, budget: MediaBudget, into report: inout MediaReport
    ) throws(MediaError) -> StillPicture {
        var first: StillPicture?
        var pictures = AnimationPictures()
        var sampled: [VideoFrame] = []
        var time = 0
        var drawn = 0
        let interval = max(20, Int(clamping: budget.interval.milliseconds))
        for (number, frame) in frames.enumerated() {
            guard draw(frame, budget: budget) else { continue }
            drawn += 1
            let picture = StillPicture(pixels)
            pictures.add(picture, &hasher)
            if first == nil { first = picture }
            let end = time + max(10, frame.milliseconds)
            var tick = (time + interval - 1) / interval * interval
            if tick < end {
                let fingerprint = pixels.luma(limit: LumaPlane.frameLimit).fingerprint(&hasher)
                while tick < end, sampled.count < budget.frames {
                    sampled.append(
                        VideoFrame(
                            number: number, time: MediaTime(milliseconds: Int64(tick)), hash: fingerprint.hash,
                            quality: fingerprint.quality))
                    tick += interval
                }
            }
            time = end
            if frame.isCleared { clear(frame) }
        }
        guard let first else { throw .corrupt("no frame in it can be decoded") }
        if sampled.count >= budget.frames { report.note("frames_limit") }
        if drawn < frames.count { report.note("damaged_input") }
        if pictures.isOverLimit { report.note("pictures_limit") }
        if drawn > 1 {
            report.variants = pictures.views
            report.duration = MediaTime(milliseconds: Int64(time))
            report.video = VideoFingerprint(frames: sampled, duration: MediaTime(milliseconds: Int64(time)))
        }
        return first
    }

    private var pixels: RGBPixels {
        RGBPixels(base: canvas, width: width, height: height, rowBytes: width * 4, pixelBytes: 4)
    }

    private func frame(at start: Int, length: Int) -> Frame {
        var frame = Frame()
        frame.x = Self.integer(bytes, start, 3) * 2
        frame.y = Self.integer(bytes, start + 3, 3) * 2
        frame.width = Self.integer(bytes, start + 6, 3) + 1
        frame.height = Self.integer(bytes, start + 9, 3) + 1
        frame.milliseconds = Self.integer(bytes, start + 12, 3)
        frame.isBlended = bytes[start + 15] & 2 == 0
        frame.isCleared = bytes[start + 15] & 1 != 0
        frame.chunks = start + 16..<start + length
        frame.hasAlpha = bytes[frame.chunks].starts(with: "ALPH".utf8)
        return frame
    }

    private func draw(_ frame: Frame, budget: MediaBudget) -> Bool {
        guard frame.x + frame.width <= width, frame.y + frame.height <= height else { return false }
        let file = standalone(frame)
        let decoded = file.withUnsafeBytes { bytes in
            try? FramePicture.frame(
                UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 64)]), codec: AV_CODEC_ID_WEBP, budget: budget)
        }
        guard let decoded else { return false }
        let isDrawn = FramePicture.withRGBA(decoded) { source in
            guard source.width == frame.width, source.height == frame.height else { return false }
            for row in 0..<frame.height {
                var target = ((frame.y + row) * width + frame.x) * 4
                for column in 0..<frame.width {
                    put(source.base + (row * source.rowBytes + column * 4), at: target, isBlended: frame.isBlended)
                    target += 4
                }
            }
            return true
        }
        return isDrawn ?? false
    }

    @inline(__always)
    private func put(_ pixel: UnsafePointer<UInt8>, at target: Int, isBlended: Bool) {
        let alpha = Int(pixel[3])
        if !isBlended || alpha == 255 || canvas[target + 3] == 0 {
            for channel in 0..<4 { canvas[target + channel] = pixel[channel] }
            return
        }
        let below = Int(canvas[target + 3]) * (255 - alpha) / 255
        let sum = max(1, alpha + below)
        for channel in 0..<3 {
            let mixed = (Int(pixel[channel]) * alpha + Int(canvas[target + channel]) * below) / sum
            canvas[target + channel] = UInt8(clamping: mixed)
        }
        canvas[target + 3] = UInt8(clamping: sum)
    }

    private func clear(_ frame: Frame) {
        for row in frame.y..<frame.y + frame.height {
            let start = (row * width + frame.x) * 4
            for offset in start..<start + frame.width * 4 { canvas[offset] = 0 }
        }
    }

    /// The frame's picture as a file of its own, followed by 64 zeros.
    private func standalone(_ frame: Frame) -> [UInt8] {
        var body = Array("WEBP".utf8)
        if frame.hasAlpha {
            body += Array("VP8X".utf8) + Self.bytes(10, 4) + Self.bytes(0x10, 4)
            body += Self.bytes(frame.width - 1, 3) + Self.bytes(frame.height - 1, 3)
        }
        body += bytes[frame.chunks]
        return Array("RIFF".utf8) + Self.bytes(body.count, 4) + body + [UInt8](repeating: 0, count: 64)
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
