/// The ways in which Firebreak recognises content. Everything else (API, filters, lists, documents) derives from this.
public enum FingerprintAlgorithm: String, CaseIterable, Hashable, Sendable, Codable {
    /// MD5 of the bytes.
    case md5
    /// SHA-256 of the bytes.
    case sha256
    /// PDQ of a still image.
    case pdq
    /// PDQ of sampled frames, with their times; compatible with vPDQ.
    case video
    /// Chromaprint of the sound.
    case audio

    /// The version that this build computes. Fingerprints of different versions are never compared.
    public var currentVersion: Int { 1 }

    /// Whether two fingerprints are compared by equality alone.
    public var isExact: Bool {
        switch self {
        case .md5, .sha256: true
        case .pdq, .video, .audio: false
        }
    }
}
