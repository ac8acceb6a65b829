/// A job to be added.
public struct NewJob: Hashable, Sendable {
    /// What is to be done, `noun.verb`.
    public var kind: String
    /// What it is to be done to; one job of a kind at a time for each key.
    public var key: String
    /// JSON text for the one who does it.
    public var payload: String
    /// Milliseconds since 1970, UTC; not before this.
    public var runAt: Int64
    /// One or more; after the last failed one the job is dead.
    public var maxAttempts: Int

    public init(kind: String, key: String, payload: String, runAt: Int64, maxAttempts: Int = 10) {
        self.kind = kind
        self.key = key
        self.payload = payload
        self.runAt = runAt
        self.maxAttempts = maxAttempts
    }
}

/// Who is to hold a job, and until when.
public struct JobLease: Hashable, Sendable {
    /// The name of a process, different after each start.
    public var owner: String
    /// Milliseconds since 1970, UTC; from then on another owner may take the job.
    public var until: Int64

    public init(owner: String, until: Int64) {
        self.owner = owner
        self.until = until
    }
}

/// A job that its holder may work on until the lease runs out.
public struct LeasedJob: Hashable, Sendable {
    public let kind: String
    public let key: String
    public let payload: String
    /// The number of this attempt, from 1.
    public let attempts: Int
    public let maxAttempts: Int
    let owner: String
    let claim: Int64
    let createdAt: Int64

    /// The kind and the key, for logs.
    public var id: String { "\(kind)/\(key)" }
}

/// How many jobs of a kind are in a state.
public struct JobCount: Hashable, Sendable {
    public var kind: String
    public var state: JobState
    public var count: Int
}

public enum JobState: String, Hashable, Sendable, CaseIterable {
    case ready, leased, dead
}

/// A job that failed too often.
public struct DeadJob: Hashable, Sendable {
    public var kind: String
    public var key: String
    public var payload: String
    public var attempts: Int
    public var error: String
    /// Milliseconds since 1970, UTC.
    public var diedAt: Int64
}
