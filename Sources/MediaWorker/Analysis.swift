public import Fingerprints

/// What the worker found out about one file: facts and fingerprints, never pixels.
public struct Analysis: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case image, video, audio
    }

    public var kind: Kind
    /// The format by its usual name in lower case: `jpeg`, `png`, `webp`, `gif`, `heic`, `avif`, `mp4`, `matroska`,
    /// `mpegts`, `mp3`, `flac` …
    public var format: String
    public var bytes: Int
    public var md5: [UInt8]
    public var sha256: [UInt8]
    /// Pixels as stored, before any rotation; absent for audio.
    public var width: Int?
    public var height: Int?
    /// Clockwise quarter turns that a player applies, in degrees: 0, 90, 180 or 270.
    public var rotation: Int
    /// Absent for still images.
    public var duration: MediaTime?
    /// A still image, or the first frame of an animated one.
    public var pdq: PDQFingerprint?
    /// Further hashes to look up for an image, never stored as its value: the seven turned and mirrored ones, where it has
    /// transparency its composites on white and on black, and where it is animated its differing frames.
    public var pdqVariants: [PDQVariant]
    /// Of a video and of an animated image.
    public var video: VideoFingerprint?
    /// Of anything with sound that lasts at least about 3 s.
    public var audio: AudioFingerprint?
    /// What was not done, and why, as stable codes:
    /// - `too_small_to_hash`: fewer than 5 pixels on a side;
    /// - `truncated_input`, `damaged_input`: a part was decoded;
    /// - `frames_limit`: sampled less densely than asked for; `keyframes_only`, `time_limit`: it took too long;
    ///   `frames_gap`: and so more than 10 s of it were passed over; `pictures_limit`: too many differing frames;
    /// - `further_streams`: it has more than one video or sound, of which one was read; `animation_not_read`: of a
    ///   sequence of pictures the first was read;
    /// - `no_audio`, `no_video`, `no_frames`, `audio_too_short`, `audio_limit`: a stream that is not there or gave
    ///   little;
    /// - `video_undecodable`, `audio_undecodable`: a stream whose codec is not read.
    public var notes: [String]

    public init(
        kind: Kind, format: String, bytes: Int, md5: [UInt8], sha256: [UInt8], width: Int? = nil, height: Int? = nil,
        rotation: Int = 0, duration: MediaTime? = nil, pdq: PDQFingerprint? = nil, pdqVariants: [PDQVariant] = [],
        video: VideoFingerprint? = nil, audio: AudioFingerprint? = nil, notes: [String] = []
    ) {
        self.kind = kind
        self.format = format
        self.bytes = bytes
        self.md5 = md5
        self.sha256 = sha256
        self.width = width
        self.height = height
        self.rotation = rotation
        self.duration = duration
        self.pdq = pdq
        self.pdqVariants = pdqVariants
        self.video = video
        self.audio = audio
        self.notes = notes
    }
}

/// A hash of the same picture seen in another way.
public struct PDQVariant: Hashable, Sendable {
    /// `rotate90`, `rotate180`, `rotate270`, `flipX`, `flipY`, `flipPlus1`, `flipMinus1`, `onWhite`, `onBlack`, `frame`.
    public var name: String
    public var hash: PDQHash
    /// 0 to 100, of this view and not of the stored picture.
    public var quality: Int

    public init(name: String, hash: PDQHash, quality: Int) {
        self.name = name
        self.hash = hash
        self.quality = quality
    }
}
