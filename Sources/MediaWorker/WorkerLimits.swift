public import Fingerprints

/// What one analysis may cost before it is refused or stopped.
public struct WorkerLimits: Hashable, Sendable {
    /// The length of a file, in bytes.
    public var bytes = 4 << 30
    /// The length of a still or animated image, which is held in memory whole, in bytes.
    public var imageBytes = 128 << 20
    /// Width times height of a picture or a frame.
    public var pixels = 100_000_000
    /// Seconds of processor time after which a video is read by its key frames only; at twice as many the rest is left
    /// out.
    public var denseSeconds = 120
    /// Seconds of processor time after which the kernel stops the child.
    public var processorSeconds = 300
    /// Seconds on the wall after which the child is killed.
    public var wallSeconds = 600
    /// Address space of a child, in bytes; its libraries take about a third of the default.
    public var addressSpace = 1536 << 20
    /// Analyses that may wait for a free child.
    public var queueLength = 1024
    /// Analyses after which a child is replaced by a fresh one.
    public var jobsPerChild = 10_000

    public init() {}
}

/// How one file is to be analysed.
public struct AnalysisOptions: Hashable, Sendable {
    /// From one sampled frame to the next, 20 ms or more.
    public var interval: MediaTime
    /// Sampled frames of one video at most. A longer video is sampled less densely, with the note `frames_limit`.
    public var maximumFrames: Int

    public init(interval: MediaTime = MediaTime(milliseconds: 1000), maximumFrames: Int = 14_400) {
        self.interval = interval
        self.maximumFrames = maximumFrames
    }
}

/// How the children are doing.
public struct WorkerHealth: Hashable, Sendable {
    /// Children that are running, and that there should be.
    public var alive: Int
    public var wanted: Int
    /// Analyses that are running or waiting.
    public var pending: Int
    /// Analyses that were answered: with an analysis or with a reason of the file's own.
    public var answered: Int
    /// Children that crashed, hung or were stopped by the kernel during an analysis.
    public var failures: Int
}
