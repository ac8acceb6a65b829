/// Where a bank stands: `draft → shadow → live → paused → archived`, and back from `paused` to `live`.
public enum BankState: String, CaseIterable, Hashable, Sendable, Codable {
    /// Being filled; nothing is matched.
    case draft
    /// Matched and recorded, with no effect.
    case shadow
    /// Matched with effect.
    case live
    /// Matched and recorded, with no effect, after having been live.
    case paused
    /// Kept for the record; nothing is matched, nothing changes any more.
    case archived

    /// The states that may follow.
    public var successors: [BankState] {
        switch self {
        case .draft: [.shadow, .live, .archived]
        case .shadow: [.live, .draft, .archived]
        case .live: [.paused, .archived]
        case .paused: [.live, .archived]
        case .archived: []
        }
    }

    /// Whether its entries are looked up at all.
    public var isMatched: Bool {
        switch self {
        case .shadow, .live, .paused: true
        case .draft, .archived: false
        }
    }
}

/// What can happen to a bank, as the audit log keeps it.
public enum BankEvent: Hashable, Sendable, Codable {
    case created(BankCreation)
    case moved(to: BankState)
    case adjusted(thresholds: MatchThresholds, rolloutRatio: Double)

    public var kind: String {
        switch self {
        case .created: "bank.created"
        case .moved: "bank.moved"
        case .adjusted: "bank.adjusted"
        }
    }
}

/// The facts of a new bank.
public struct BankCreation: Hashable, Sendable, Codable {
    public var name: BankName
    public var purpose: BankPurpose
    public var harm: String?
    public var thresholds: MatchThresholds
    public var rolloutRatio: Double
    public var approval: BankApproval

    public init(
        name: BankName, purpose: BankPurpose, harm: String?, thresholds: MatchThresholds, rolloutRatio: Double,
        approval: BankApproval
    ) {
        self.name = name
        self.purpose = purpose
        self.harm = harm
        self.thresholds = thresholds
        self.rolloutRatio = rolloutRatio
        self.approval = approval
    }
}

extension Bank {
    public init(_ creation: BankCreation, id: ID<Bank>, platform: ID<Platform>, at now: Timestamp) {
        self.init(
            id: id, platform: platform, name: creation.name, purpose: creation.purpose, harm: creation.harm,
            thresholds: creation.thresholds, rolloutRatio: creation.rolloutRatio, approval: creation.approval,
            createdAt: now)
    }

    /// Moves to another state, or refuses a step that the order of states does not have.
    public mutating func move(to next: BankState) throws(Refusal) -> BankEvent {
        guard state.successors.contains(next) else {
            throw Refusal.wrongState("Bank", id.text, is: state.rawValue, to: "moved to \(next.rawValue)")
        }
        state = next
        version += 1
        return .moved(to: next)
    }

    public mutating func adjust(thresholds: MatchThresholds, rolloutRatio: Double) throws(Refusal) -> BankEvent {
        guard state != .archived else {
            throw Refusal.wrongState("Bank", id.text, is: state.rawValue, to: "changed")
        }
        try thresholds.validate()
        guard (0...1).contains(rolloutRatio) else {
            throw Refusal(.invalid, code: "invalid_rollout_ratio", "rollout_ratio is a number from 0 to 1.")
        }
        self.thresholds = thresholds
        self.rolloutRatio = rolloutRatio
        version += 1
        return .adjusted(thresholds: thresholds, rolloutRatio: rolloutRatio)
    }

    /// Rebuilds a bank from its events alone.
    public static func replay(
        _ events: [BankEvent], id: ID<Bank>, platform: ID<Platform>, createdAt: Timestamp
    ) throws(Refusal) -> Bank? {
        guard case .created(let creation)? = events.first else { return nil }
        var bank = Bank(creation, id: id, platform: platform, at: createdAt)
        for event in events.dropFirst() {
            switch event {
            case .created: throw Refusal.wrongState("Bank", id.text, is: bank.state.rawValue, to: "created")
            case .moved(let next): _ = try bank.move(to: next)
            case .adjusted(let thresholds, let ratio): _ = try bank.adjust(thresholds: thresholds, rolloutRatio: ratio)
            }
        }
        return bank
    }
}
