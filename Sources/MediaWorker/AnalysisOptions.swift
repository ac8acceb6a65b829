public import Fingerprints

/// What a caller wants of an analysis.
public struct AnalysisOptions: Hashable, Sendable {
    /// The time between sampled frames of a video.
    public var interval: MediaTime

    public init(interval: MediaTime = MediaTime(seconds: 1)) {
        self.interval = interval
    }
}
