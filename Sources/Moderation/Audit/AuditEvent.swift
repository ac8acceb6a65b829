/// Who did what to which thing, and when; appended in the same transaction as the change.
public struct AuditEvent: Hashable, Sendable, Noun {
    public static let idPrefix = "evt"

    public enum Body: Hashable, Sendable {
        case platformCreated(name: String)
        case content(ID<Content>, ContentEvent)
        case bank(ID<Bank>, BankEvent)
        case entry(ID<BankEntry>, EntryEvent)
        case key(ID<APIKey>, KeyEvent)
        case listImport(ID<ListImport>, ListImportEvent)
    }

    public var id: ID<AuditEvent>
    public var platform: ID<Platform>
    public var at: Timestamp
    public var actor: Actor
    public var body: Body

    public init(id: ID<AuditEvent>, platform: ID<Platform>, at: Timestamp, actor: Actor, body: Body) {
        self.id = id
        self.platform = platform
        self.at = at
        self.actor = actor
        self.body = body
    }

    /// `noun.verb`.
    public var kind: String {
        switch body {
        case .platformCreated: "platform.created"
        case .content(_, let event): event.kind
        case .bank(_, let event): event.kind
        case .entry(_, let event): event.kind
        case .key(_, let event): event.kind
        case .listImport(_, let event): event.kind
        }
    }

    /// The typed id of what it happened to.
    public var subject: String {
        switch body {
        case .platformCreated: platform.text
        case .content(let id, _): id.text
        case .bank(let id, _): id.text
        case .entry(let id, _): id.text
        case .key(let id, _): id.text
        case .listImport(let id, _): id.text
        }
    }
}

/// What can happen to an API key.
public enum KeyEvent: Hashable, Sendable, Codable {
    case created(name: String, scopes: [Scope], expiresAt: Timestamp?)
    case revoked

    public var kind: String {
        switch self {
        case .created: "key.created"
        case .revoked: "key.revoked"
        }
    }
}
