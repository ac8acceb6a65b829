/// All that is known about one piece of content in one place, at most one fingerprint an algorithm.
public struct FingerprintSet: Hashable, Sendable {
    /// 16 bytes.
    public var md5: [UInt8]?
    /// 32 bytes.
    public var sha256: [UInt8]?
    public var pdq: PDQFingerprint?
    public var video: VideoFingerprint?
    public var audio: AudioFingerprint?

    public init(
        md5: [UInt8]? = nil, sha256: [UInt8]? = nil, pdq: PDQFingerprint? = nil, video: VideoFingerprint? = nil,
        audio: AudioFingerprint? = nil
    ) {
        self.md5 = md5
        self.sha256 = sha256
        self.pdq = pdq
        self.video = video
        self.audio = audio
    }

    /// The set of these fingerprints; of two with one algorithm the later stays.
    public init(_ fingerprints: some Sequence<Fingerprint>) {
        self.init()
        for fingerprint in fingerprints {
            switch fingerprint {
            case .md5(let bytes): md5 = bytes
            case .sha256(let bytes): sha256 = bytes
            case .pdq(let value): pdq = value
            case .video(let value): video = value
            case .audio(let value): audio = value
            }
        }
    }

    /// The fingerprints in the order of `FingerprintAlgorithm.allCases`.
    public var all: [Fingerprint] {
        FingerprintAlgorithm.allCases.compactMap { algorithm in
            switch algorithm {
            case .md5: md5.map(Fingerprint.md5)
            case .sha256: sha256.map(Fingerprint.sha256)
            case .pdq: pdq.map(Fingerprint.pdq)
            case .video: video.map(Fingerprint.video)
            case .audio: audio.map(Fingerprint.audio)
            }
        }
    }

    public var isEmpty: Bool { all.isEmpty }
}

/// One fingerprint of any algorithm.
public enum Fingerprint: Hashable, Sendable {
    case md5([UInt8])
    case sha256([UInt8])
    case pdq(PDQFingerprint)
    case video(VideoFingerprint)
    case audio(AudioFingerprint)

    public var algorithm: FingerprintAlgorithm {
        switch self {
        case .md5: .md5
        case .sha256: .sha256
        case .pdq: .pdq
        case .video: .video
        case .audio: .audio
        }
    }

    /// The quality, 0 to 100, where the algorithm has one for the whole.
    public var quality: Int? {
        switch self {
        case .pdq(let value): value.quality
        case .md5, .sha256, .video, .audio: nil
        }
    }

    /// The length of what was fingerprinted, where it has one.
    public var duration: MediaTime? {
        switch self {
        case .video(let value): value.duration
        case .audio(let value): value.duration
        case .md5, .sha256, .pdq: nil
        }
    }
}
