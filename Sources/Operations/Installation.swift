public import Fingerprints
public import Logging
public import Matching
public import MediaWorker
public import Moderation
public import Storage

/// Everything that an operation needs, chosen once at start: what remembers, what recognises, what reads media, and the
/// sources of time and chance.
public struct Installation: Sendable {
    public let database: any Database
    public let index: LiveIndex
    public let analyser: any MediaAnalyser
    public let spool: Spool
    public let settings: OperationSettings
    public let clock: @Sendable () -> Timestamp
    public let logger: Logger
    /// The name by which this process holds leases.
    public let node: String
    let chance: @Sendable () -> UInt64
    let keyCache = KeyCache()

    public init(
        database: any Database, index: LiveIndex, analyser: any MediaAnalyser, spool: Spool,
        settings: OperationSettings, clock: @escaping @Sendable () -> Timestamp, node: String, logger: Logger,
        chance: @escaping @Sendable () -> UInt64 = { UInt64.random(in: 0...UInt64.max) }
    ) {
        self.database = database
        self.index = index
        self.analyser = analyser
        self.spool = spool
        self.settings = settings
        self.clock = clock
        self.node = node
        self.logger = logger
        self.chance = chance
    }

    /// A new id of any noun.
    func newID<N: Noun>(_ noun: N.Type = N.self) -> ID<N> {
        var random = Chance(source: chance)
        return ID(at: clock(), random: &random)
    }

    /// The hold on a job that this process begins or goes on with now.
    func lease(at now: Timestamp) -> JobLease {
        JobLease(owner: node, until: now.milliseconds + Self.leaseMilliseconds)
    }

    /// How long a process may be silent about a job before another takes it over.
    static let leaseMilliseconds: Int64 = 60_000

    func event(_ body: AuditEvent.Body, by actor: Actor, on platform: ID<Platform>, at now: Timestamp) -> AuditEvent {
        AuditEvent(id: newID(), platform: platform, at: now, actor: actor, body: body)
    }
}

/// What an operator decides about the behaviour of operations.
public struct OperationSettings: Sendable, Hashable {
    /// The verdict where nothing can be said.
    public var failMode: FailMode
    /// The largest upload, in bytes.
    public var maximumUpload: Int
    /// The time between sampled frames of a video.
    public var frameInterval: MediaTime
    /// How often an analysis that failed for a passing reason is tried before the content is given its fail-mode verdict.
    public var analysisAttempts: Int
    /// How long a verdict waits for an index that is being loaded or is behind, in milliseconds; then it is the fail mode's.
    public var indexPatience: Int64

    /// How long an upload that only another node holds is left to that node before it counts as lost, in milliseconds.
    public var uploadPatience: Int64

    public init(
        failMode: FailMode = .hold, maximumUpload: Int = 2 << 30, frameInterval: MediaTime = MediaTime(seconds: 1),
        analysisAttempts: Int = 3, indexPatience: Int64 = 30_000, uploadPatience: Int64 = 3_600_000
    ) {
        self.failMode = failMode
        self.maximumUpload = maximumUpload
        self.frameInterval = frameInterval
        self.analysisAttempts = analysisAttempts
        self.indexPatience = indexPatience
        self.uploadPatience = uploadPatience
    }
}

/// Turns a file into facts and fingerprints; the media worker in a running server.
public protocol MediaAnalyser: Sendable {
    /// Reads the file behind an open descriptor, from its beginning. The descriptor stays the caller's.
    func analyse(descriptor: Int32, options: AnalysisOptions) async throws(AnalysisFailure) -> Analysis

    /// How the workers are, for the readiness page.
    var health: AnalyserHealth { get }
}

/// How many media workers there should be, and how many there are.
public struct AnalyserHealth: Hashable, Sendable {
    public var wanted: Int
    public var alive: Int
    /// Analyses that ended with the worker's death since the start.
    public var crashes: Int

    public init(wanted: Int, alive: Int, crashes: Int) {
        self.wanted = wanted
        self.alive = alive
        self.crashes = crashes
    }
}

/// A source of chance behind a function: the system's, or a test's.
struct Chance: RandomNumberGenerator {
    let source: @Sendable () -> UInt64

    func next() -> UInt64 { source() }
}
