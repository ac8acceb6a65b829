/// How near is near enough: a bank's own settings, with the published defaults.
public struct MatchThresholds: Hashable, Sendable, Codable {
    /// The largest Hamming distance between two PDQ hashes, 0 to 64. Published default: 31.
    public var pdqDistance: Int
    /// The least quality, 0 to 100, of both pictures. Published default: 50.
    public var pdqQuality: Int
    /// Seconds of aligned frames that make a video match.
    public var videoSeconds: Double
    /// Or this share, 0 to 1, of the shorter of the two videos.
    public var videoShare: Double
    /// The largest share of differing bits over the aligned sound, 0 to 0.35.
    public var audioErrorRate: Double
    /// Seconds of aligned sound that make an audio match.
    public var audioSeconds: Double

    public init(
        pdqDistance: Int = 31, pdqQuality: Int = 50, videoSeconds: Double = 3, videoShare: Double = 0.8,
        audioErrorRate: Double = 0.2, audioSeconds: Double = 10
    ) {
        self.pdqDistance = pdqDistance
        self.pdqQuality = pdqQuality
        self.videoSeconds = videoSeconds
        self.videoShare = videoShare
        self.audioErrorRate = audioErrorRate
        self.audioSeconds = audioSeconds
    }

    /// Refuses values outside the ranges named above.
    public func validate() throws(Refusal) {
        try check((0...64).contains(pdqDistance), "pdq_distance is a whole number from 0 to 64.")
        try check((0...100).contains(pdqQuality), "pdq_quality is a whole number from 0 to 100.")
        try check((0.5...3600).contains(videoSeconds), "video_seconds is a number from 0.5 to 3600.")
        try check((0.05...1).contains(videoShare), "video_share is a number from 0.05 to 1.")
        try check((0...0.35).contains(audioErrorRate), "audio_error_rate is a number from 0 to 0.35.")
        try check((1...3600).contains(audioSeconds), "audio_seconds is a number from 1 to 3600.")
    }

    private func check(_ condition: Bool, _ message: String) throws(Refusal) {
        guard condition else { throw Refusal(.invalid, code: "invalid_thresholds", message) }
    }
}
