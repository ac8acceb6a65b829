/// Where an entry stands: `proposed → active → suspended → active | retracted`.
public enum EntryState: Hashable, Sendable {
    /// Waiting for a second person.
    case proposed
    case active(EntryActivation)
    /// Out of effect for the time being.
    case suspended(EntryActivation, reason: String)
    /// Withdrawn for good.
    case retracted(reason: String)

    public var name: String {
        switch self {
        case .proposed: "proposed"
        case .active: "active"
        case .suspended: "suspended"
        case .retracted: "retracted"
        }
    }

    /// Whether its signals belong in the index.
    public var isMatched: Bool {
        switch self {
        case .active: true
        case .proposed, .suspended, .retracted: false
        }
    }
}

/// By what right an entry is active.
public enum EntryActivation: Hashable, Sendable {
    /// The bank asks for no second person.
    case single
    case approved(ApprovedBy)

    public var approver: Actor? {
        switch self {
        case .single: nil
        case .approved(let approval): approval.approver
        }
    }
}

/// The approval of an entry by someone other than its proposer; it cannot be made otherwise.
public struct ApprovedBy: Hashable, Sendable {
    public let approver: Actor

    /// Refuses an approver who is the proposer (law 4).
    public init(approver: Actor, proposer: Actor) throws(Refusal) {
        guard approver != proposer else {
            throw Refusal(
                .forbidden, code: "approver_is_proposer",
                "An entry is approved by someone other than its proposer; ask a colleague, or use another key.")
        }
        self.approver = approver
    }
}

/// What can happen to an entry, as the audit log keeps it.
public enum EntryEvent: Hashable, Sendable, Codable {
    /// Waiting for a second person.
    case proposed(EntryProposal)
    /// Active at once, since its bank asks for one person only.
    case added(EntryProposal)
    case approved(by: String)
    case suspended(reason: String)
    case resumed
    case retracted(reason: String)

    public var kind: String {
        switch self {
        case .proposed: "entry.proposed"
        case .added: "entry.added"
        case .approved: "entry.approved"
        case .suspended: "entry.suspended"
        case .resumed: "entry.resumed"
        case .retracted: "entry.retracted"
        }
    }
}

/// The facts of a new entry.
public struct EntryProposal: Hashable, Sendable, Codable {
    public var bank: ID<Bank>
    public var identity: String
    public var labels: [String]
    public var note: String?
    public var provenance: Provenance
    public var proposer: String

    public init(
        bank: ID<Bank>, identity: String, labels: [String], note: String?, provenance: Provenance, proposer: Actor
    ) {
        self.bank = bank
        self.identity = identity
        self.labels = labels
        self.note = note
        self.provenance = provenance
        self.proposer = proposer.text
    }
}
