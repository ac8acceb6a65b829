import Fingerprints
import HashIndex
public import Logging
public import Moderation
public import Storage
import Synchronization

/// Keeps everything that the banks know in memory, and answers "what is this near?".
///
/// It follows the numbered changes of `SignalStore`: `catchUp()` applies what was committed since, and a lookup sees all
/// that was caught up before it began. While the index is loading, or has lost touch with the database for longer than
/// the limit, a lookup answers `unavailable`, never "clear".
public final class LiveIndex: Sendable {
    let database: any Database
    let logger: Logger
    let stalenessLimit: Int64
    let snapshotDirectory: String?
    let now: @Sendable () -> Timestamp
    let tables: Mutex<SignalTables>
    let hashes: Mutex<HashIndexes>
    let status: Mutex<Status>
    let turns = Turnstile()

    struct Status {
        var phase = IndexPhase.loading
        /// The last change that lookups see.
        var sequence: Int64 = 0
        var checkedAt = Timestamp(milliseconds: 0)
        /// The last change that the snapshot on disk holds.
        var savedSequence: Int64?
    }

    /// An empty index over a database. `stalenessLimit` is in milliseconds; snapshots are kept where a directory is named.
    public init(
        database: any Database, logger: Logger, stalenessLimit: Int64 = 10_000, snapshotDirectory: String? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.logger = logger
        self.stalenessLimit = stalenessLimit
        self.snapshotDirectory = snapshotDirectory
        self.now = now
        tables = Mutex(SignalTables())
        hashes = Mutex(HashIndexes())
        status = Mutex(Status())
    }

    /// What the index is doing, for the readiness page.
    public var phase: IndexPhase { status.withLock { $0.phase } }

    /// The number of the last change that lookups see.
    public var sequence: Int64 { status.withLock { $0.sequence } }

    public var statistics: IndexStatistics {
        let indexes = hashes.withLock { $0 }
        return IndexStatistics(
            stills: indexes.stills.count, frames: indexes.frames.count, sounds: indexes.sounds.count,
            digests: tables.withLock { $0.digestCount },
            memoryBytes: indexes.stills.memoryBytes + indexes.frames.memoryBytes)
    }

    /// Returns when the index can answer, when it could not be loaded, or when the time is up.
    public func waitUntilReady(atMost limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while isOnItsWay, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Whether waiting may help.
    private var isOnItsWay: Bool {
        switch unavailability() {
        case .loading, .behind: true
        case .failed, nil: false
        }
    }

    /// Why a lookup cannot be answered now, if it cannot.
    public func unavailability() -> IndexUnavailable? {
        let (phase, checkedAt) = status.withLock { ($0.phase, $0.checkedAt) }
        switch phase {
        case .loading: return .loading
        case .failed(let message): return .failed(message)
        case .ready:
            let age = now().milliseconds - checkedAt.milliseconds
            return age > stalenessLimit ? .behind(milliseconds: age) : nil
        }
    }
}

/// Where the index is in its life.
public enum IndexPhase: Hashable, Sendable {
    case loading
    case ready
    case failed(String)

    public var name: String {
        switch self {
        case .loading: "loading"
        case .ready: "ready"
        case .failed: "failed"
        }
    }
}

/// Why the index cannot say whether something is known.
public enum IndexUnavailable: Error, Hashable, Sendable {
    case loading
    case behind(milliseconds: Int64)
    case failed(String)

    public var message: String {
        switch self {
        case .loading: "The index is still being loaded."
        case .behind(let age): "The index has not heard from the database for \(age) ms."
        case .failed(let message): "The index could not be loaded: \(message)"
        }
    }
}

/// How much the index holds.
public struct IndexStatistics: Hashable, Sendable {
    public var stills: Int
    public var frames: Int
    public var sounds: Int
    public var digests: Int
    public var memoryBytes: Int
}

/// The searchable structures, replaced together when the index is rebuilt.
struct HashIndexes: Sendable {
    /// PDQ of stills; a slot is the signal's number.
    var stills = HammingIndex()
    /// PDQ of video frames; slots are handed out by `SignalTables`.
    var frames = HammingIndex()
    /// Sub-fingerprints of sound; a slot is the signal's number.
    var sounds = AudioIndex()
}
