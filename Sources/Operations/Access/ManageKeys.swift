public import Moderation
import Storage

/// Makes, lists and revokes API keys.
public struct ManageKeys: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Makes a key with at most its maker's own scopes, and answers its secret, which is not kept and cannot be shown again.
    public func create(
        name: String, scopes: Set<Scope>, expiresAt: Timestamp?, by principal: Principal
    ) async throws -> (key: APIKey, secret: String) {
        try principal.require(.admin)
        guard scopes.isSubset(of: principal.scopes) else {
            throw Refusal(.forbidden, code: "scope_exceeds_own", "A key cannot give scopes that its maker lacks.")
        }
        let draft = try draft(name: name, scopes: scopes, expiresAt: expiresAt, by: principal)
        try await installation.database.write { try draft.insert($0) }
        return (draft.key, draft.secret)
    }

    public func list(after cursor: ID<APIKey>?, limit: Int, by principal: Principal) async throws -> [APIKey] {
        try principal.require(.admin)
        return try await installation.database.read { connection in
            try KeyStore(connection).keys(on: principal.platform, after: cursor, limit: limit)
        }
    }

    /// Makes a key useless, at once on this node and within five seconds on the others.
    public func revoke(_ id: ID<APIKey>, by principal: Principal) async throws -> APIKey {
        try principal.require(.admin)
        let now = installation.clock()
        let event = installation.event(.key(id, .revoked), by: principal.actor, on: principal.platform, at: now)
        let revoked = try await installation.database.write { connection in
            let keys = KeyStore(connection)
            guard var key = try keys.key(id, on: principal.platform) else { throw Refusal.notFound("key", id.text) }
            try keys.revoke(id, at: now)
            try AuditStore(connection).append(event)
            key.revokedAt = now
            return key
        }
        installation.keyCache.clear()
        return revoked
    }

    /// A key that is not stored yet.
    struct Draft: Sendable {
        let key: APIKey
        let secret: String
        let event: AuditEvent

        func insert(_ connection: any SQLConnection) throws {
            try KeyStore(connection).insert(key, secretHash: KeySecret.hash(secret))
            try AuditStore(connection).append(event)
        }
    }

    func draft(
        name: String, scopes: Set<Scope>, expiresAt: Timestamp?, by principal: Principal
    ) throws(Refusal) -> Draft {
        guard (1...100).contains(name.unicodeScalars.count) else {
            throw Refusal(.invalid, code: "invalid_name", "A key's name has 1 to 100 characters.")
        }
        guard !scopes.isEmpty else {
            throw Refusal(.invalid, code: "invalid_scopes", "A key needs at least one scope.")
        }
        let now = installation.clock()
        if let expiresAt, expiresAt <= now {
            throw Refusal(.invalid, code: "invalid_expiry", "A key expires in the future, or not at all.")
        }
        var random = Chance(source: installation.chance)
        let secret = KeySecret.make(&random)
        let key = APIKey(
            id: installation.newID(), platform: principal.platform, name: name, scopes: scopes, createdAt: now,
            expiresAt: expiresAt)
        let created = KeyEvent.created(
            name: name, scopes: scopes.sorted { $0.rawValue < $1.rawValue }, expiresAt: expiresAt)
        let event = installation.event(.key(key.id, created), by: principal.actor, on: principal.platform, at: now)
        return Draft(key: key, secret: secret, event: event)
    }
}
