public import Fingerprints
public import Moderation
import Storage

/// Reads content back with its matches and fingerprints.
public struct ReadContent: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    public func content(_ id: ID<Content>, by principal: Principal) async throws -> Decided {
        try principal.require(.submit)
        return try await installation.database.read { connection in
            try Self.load(id, principal, connection)
        }
    }

    public func fingerprints(of id: ID<Content>, by principal: Principal) async throws -> FingerprintSet {
        try principal.require(.submit)
        return try await installation.database.read { connection in
            _ = try Self.load(id, principal, connection)
            return try ContentStore(connection).fingerprints(of: id)
        }
    }

    static func load(
        _ id: ID<Content>, _ principal: Principal, _ connection: any SQLConnection
    ) throws -> Decided {
        let store = ContentStore(connection)
        guard let found = try store.content(id, on: principal.platform) else {
            throw Refusal.notFound("content", id.text)
        }
        return Decided(content: found.content, matches: try store.matches(of: id))
    }
}
