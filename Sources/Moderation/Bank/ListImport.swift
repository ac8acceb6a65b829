/// The reading of one list into one bank, from its acceptance to its report.
public struct ListImport: Hashable, Sendable, Noun {
    public static let idPrefix = "imp"

    public var id: ID<ListImport>
    public var platform: ID<Platform>
    public var bank: ID<Bank>
    public var proposer: Actor
    /// The lines that are dealt with; a restart goes on after them.
    public var lines: Int
    public var counts: ListImportCounts
    /// The first bad lines, at most a thousand.
    public var rejects: [ListReject]
    public var createdAt: Timestamp
    public var finishedAt: Timestamp?
    /// Why the whole list was refused, where it was.
    public var failure: String?

    public init(
        id: ID<ListImport>, platform: ID<Platform>, bank: ID<Bank>, proposer: Actor, lines: Int = 0,
        counts: ListImportCounts = ListImportCounts(), rejects: [ListReject] = [], createdAt: Timestamp,
        finishedAt: Timestamp? = nil, failure: String? = nil
    ) {
        self.id = id
        self.platform = platform
        self.bank = bank
        self.proposer = proposer
        self.lines = lines
        self.counts = counts
        self.rejects = rejects
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.failure = failure
    }
}

/// What became of the things on a list.
public struct ListImportCounts: Hashable, Sendable, Codable {
    /// New entries.
    public var added = 0
    /// Things that the bank had already.
    public var known = 0
    /// Entries that the list says are deleted, now retracted.
    public var retracted = 0
    /// Lines that could not be used.
    public var rejected = 0

    public init() {}
}

/// A line that could not be used, and why.
public struct ListReject: Hashable, Sendable, Codable {
    public var line: Int
    public var message: String

    public init(line: Int, message: String) {
        self.line = line
        self.message = message
    }
}

/// What can happen to an import, as the audit log keeps it. The entries that it adds have events of their own.
public enum ListImportEvent: Hashable, Sendable, Codable {
    case started(bank: ID<Bank>, bytes: Int, sha256: String)
    case finished(ListImportCounts, failure: String?)

    public var kind: String {
        switch self {
        case .started: "import.started"
        case .finished: "import.finished"
        }
    }
}
