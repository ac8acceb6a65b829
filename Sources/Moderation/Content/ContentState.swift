/// Where a piece of content stands: `submitted → allowed | watched | held | declined`.
public enum ContentState: Hashable, Sendable {
    /// Accepted and durable, the verdict not yet reached.
    case submitted
    case decided(Verdict)

    /// The state's one-word name, as stored and shown.
    public var name: String {
        switch self {
        case .submitted: "submitted"
        case .decided(let verdict): verdict.outcome.contentState
        }
    }

    /// Reaches the verdict. Content is decided once; a later change of mind is a decision of its own.
    public mutating func decide(_ verdict: Verdict, of id: ID<Content>) throws(Refusal) -> ContentEvent {
        guard case .submitted = self else {
            throw Refusal.wrongState("Content", id.text, is: name, to: "decided again")
        }
        self = .decided(verdict)
        return .decided(verdict)
    }
}

/// What can happen to content, as the audit log keeps it.
public enum ContentEvent: Hashable, Sendable, Codable {
    case submitted(externalID: String?, account: ID<Account>?)
    case analysed(ContentFacts)
    case decided(Verdict)

    public var kind: String {
        switch self {
        case .submitted: "content.submitted"
        case .analysed: "content.analysed"
        case .decided: "content.decided"
        }
    }
}

extension Content {
    /// Rebuilds content from its events alone: the law that state is the fold of events.
    public static func replay(
        _ events: [ContentEvent], id: ID<Content>, platform: ID<Platform>, createdAt: Timestamp
    ) throws(Refusal) -> Content? {
        guard case .submitted(let externalID, let account)? = events.first else { return nil }
        var content = Content(
            id: id, platform: platform, externalID: externalID, account: account, createdAt: createdAt)
        for event in events.dropFirst() {
            switch event {
            case .submitted: throw Refusal.wrongState("Content", id.text, is: content.state.name, to: "submitted")
            case .analysed(let facts): content.facts = facts
            case .decided(let verdict): _ = try content.state.decide(verdict, of: id)
            }
        }
        return content
    }
}
