/// One known thing in a bank.
public struct BankEntry: Hashable, Sendable, Noun {
    public static let idPrefix = "ent"

    public var id: ID<BankEntry>
    public var bank: ID<Bank>
    public var platform: ID<Platform>
    /// What makes it the same thing as another: the SHA-256 of its file, or its first fingerprint. Unique among a bank's
    /// entries that are not retracted.
    public var identity: String
    public var labels: [String]
    public var note: String?
    public var provenance: Provenance
    public var proposer: Actor
    public var state: EntryState
    public var createdAt: Timestamp
    public var version: Int

    public init(
        id: ID<BankEntry>, bank: ID<Bank>, platform: ID<Platform>, identity: String, labels: [String], note: String?,
        provenance: Provenance, proposer: Actor, state: EntryState, createdAt: Timestamp, version: Int = 1
    ) {
        self.id = id
        self.bank = bank
        self.platform = platform
        self.identity = identity
        self.labels = labels
        self.note = note
        self.provenance = provenance
        self.proposer = proposer
        self.state = state
        self.createdAt = createdAt
        self.version = version
    }
}

/// Where an entry came from.
public struct Provenance: Hashable, Sendable, Codable {
    public enum Source: String, CaseIterable, Hashable, Sendable, Codable {
        /// A file that was handed in.
        case file
        /// Fingerprints that were handed in.
        case fingerprints
        /// A list that was imported.
        case list
    }

    public var source: Source
    /// The list's or the sender's own reference.
    public var reference: String?

    public init(source: Source, reference: String? = nil) {
        self.source = source
        self.reference = reference
    }
}
