/// Who did something, as the audit log names them.
public enum Actor: Hashable, Sendable {
    /// A program, by its API key.
    case key(ID<APIKey>)
    /// A person at the command line of the server's machine, by the system's user name.
    case localOperator(String)
    /// Firebreak itself, by the part that acted.
    case system(String)

    public var text: String {
        switch self {
        case .key(let id): id.text
        case .localOperator(let name): "operator:\(name)"
        case .system(let part): "system:\(part)"
        }
    }

    public init?(_ text: String) {
        if let id = ID<APIKey>(text) {
            self = .key(id)
        } else if text.hasPrefix("operator:") {
            self = .localOperator(String(text.dropFirst("operator:".count)))
        } else if text.hasPrefix("system:") {
            self = .system(String(text.dropFirst("system:".count)))
        } else {
            return nil
        }
    }
}

/// Who asks, for which platform, and what they may do. Every operation takes one.
public struct Principal: Hashable, Sendable {
    public var actor: Actor
    public var platform: ID<Platform>
    public var scopes: Set<Scope>

    public init(actor: Actor, platform: ID<Platform>, scopes: Set<Scope>) {
        self.actor = actor
        self.platform = platform
        self.scopes = scopes
    }
}
