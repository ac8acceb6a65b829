/// One fingerprint as it travels: of a video, one a frame.
public struct FingerprintValue: Hashable, Sendable, Codable {
    /// `md5`, `sha256`, `pdq`, `video` or `audio`.
    public var algorithm: String
    public var version: Int?
    /// Hexadecimal digits; of `audio` decimal words with commas between them.
    public var value: String
    /// 0 to 100, of `pdq` and `video`.
    public var quality: Int?
    /// Seconds from the beginning, of a frame of `video`.
    public var time: Double?

    public init(algorithm: String, version: Int? = nil, value: String, quality: Int? = nil, time: Double? = nil) {
        self.algorithm = algorithm
        self.version = version
        self.value = value
        self.quality = quality
        self.time = time
    }
}

/// What the server found out about a file.
public struct FileAnalysis: Hashable, Sendable, Codable {
    public var kind: String
    public var format: String
    public var bytes: Int
    public var width: Int?
    public var height: Int?
    /// In seconds.
    public var duration: Double?
    public var fingerprints: [FingerprintValue]
    public var notes: [String]
}
