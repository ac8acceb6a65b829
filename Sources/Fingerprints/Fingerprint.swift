/// A PDQ hash with the quality, 0 to 100, of the picture that it was made from.
public struct PDQFingerprint: Hashable, Sendable {
    public var hash: PDQHash
    public var quality: Int

    public init(hash: PDQHash, quality: Int) {
        self.hash = hash
        self.quality = quality
    }
}

/// One sampled frame of a video.
public struct VideoFrame: Hashable, Sendable {
    /// The frame's number in presentation order, counted from 0, as far as the decoder knows it.
    public var number: Int
    public var time: MediaTime
    public var hash: PDQHash
    public var quality: Int

    public init(number: Int, time: MediaTime, hash: PDQHash, quality: Int) {
        self.number = number
        self.time = time
        self.hash = hash
        self.quality = quality
    }
}

/// The sampled frames of a video in order of time, and how long the video lasts.
public struct VideoFingerprint: Hashable, Sendable {
    public var frames: [VideoFrame]
    public var duration: MediaTime

    public init(frames: [VideoFrame], duration: MediaTime) {
        self.frames = frames
        self.duration = duration
    }
}

/// Chromaprint sub-fingerprints (algorithm 2), one 32-bit word every `wordInterval` seconds.
public struct AudioFingerprint: Hashable, Sendable {
    /// 1,365 samples at 11,025 Hz.
    public static let wordInterval = 1365.0 / 11025.0

    public var words: [UInt32]
    public var duration: MediaTime

    public init(words: [UInt32], duration: MediaTime) {
        self.words = words
        self.duration = duration
    }
}
