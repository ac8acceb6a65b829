public import Fingerprints

/// What one file may cost, and how densely its frames are sampled.
public struct MediaBudget: Sendable {
    /// The length of the file.
    public var bytes = 4 << 30
    /// The length of a file that is read into memory whole: a still or animated image.
    public var imageBytes = 128 << 20
    /// Width times height of a picture or of a frame.
    public var pixels = 100_000_000
    /// Sampled frames of one video. A longer one is sampled less densely.
    public var frames = 14_400
    /// From one sampled frame to the next.
    public var interval = MediaTime(milliseconds: 1000)
    /// Processor seconds after which only key frames are decoded; at twice as many the rest is left out.
    public var denseSeconds = 120.0

    public init() {}
}

/// Why a file gives no report.
public enum MediaError: Error, Hashable, Sendable {
    case empty
    case unsupported
    case corrupt(String)
    case overBudget(limit: String, allowed: Int, found: Int)
}

/// Facts and fingerprints of one file.
public struct MediaReport {
    public enum Kind: Sendable { case image, video, audio }

    public var kind: Kind
    /// The format by its usual name in lower case.
    public var format: String
    public var bytes: Int
    public var md5: [UInt8]
    public var sha256: [UInt8]
    /// Pixels as stored.
    public var width: Int?
    public var height: Int?
    /// Clockwise degrees that a player turns the picture by: 0, 90, 180 or 270.
    public var rotation = 0
    public var duration: MediaTime?
    public var pdq: PDQFingerprint?
    public var variants: [PictureView] = []
    public var video: VideoFingerprint?
    public var audio: AudioFingerprint?
    public private(set) var notes: [String] = []

    init(kind: Kind, format: String, digests: (md5: [UInt8], sha256: [UInt8]), bytes: Int) {
        self.kind = kind
        self.format = format
        self.bytes = bytes
        md5 = digests.md5
        sha256 = digests.sha256
    }

    init(kind: Kind, format: String, digestsOf contents: UnsafeRawBufferPointer) {
        var digests = FileDigests()
        digests.update(contents)
        self.init(kind: kind, format: format, digests: digests.finalize(), bytes: contents.count)
    }

    /// Adds a stable code, once.
    mutating func note(_ code: String) {
        if !notes.contains(code) { notes.append(code) }
    }
}
