/// A known thing in a bank.
public struct EntryDocument: Hashable, Sendable, Codable {
    public var id: String
    public var bank: String
    public var identity: String
    public var labels: [String]
    public var note: String?
    /// `file`, `fingerprints` or `list`.
    public var source: String
    public var sourceReference: String?
    public var proposer: String
    public var approver: String?
    /// `proposed`, `active`, `suspended` or `retracted`.
    public var state: String
    public var stateReason: String?
    public var createdAt: String
    public var version: Int
    /// Only where one entry is asked for.
    public var fingerprints: [FingerprintValue]?

    enum CodingKeys: String, CodingKey {
        case id, bank, identity, labels, note, source, proposer, approver, state, version, fingerprints
        case sourceReference = "source_reference"
        case stateReason = "state_reason"
        case createdAt = "created_at"
    }
}

/// What is said about a new entry besides its fingerprints.
public struct EntryRemarks: Hashable, Sendable {
    public var labels: [String]
    public var note: String?
    /// Where the thing comes from: a case, a list, a file's name.
    public var reference: String?

    public init(labels: [String] = [], note: String? = nil, reference: String? = nil) {
        self.labels = labels
        self.note = note
        self.reference = reference
    }
}
