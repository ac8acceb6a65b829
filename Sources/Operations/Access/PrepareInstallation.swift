public import Moderation
import Storage

/// Makes a new installation usable: its first platform and its first admin key, each made once however many nodes start
/// together.
public struct PrepareInstallation: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// The platform that a single-platform installation serves, made at the first call.
    public func defaultPlatform() async throws -> Platform {
        let now = installation.clock()
        let platform = Platform(id: installation.newID(), name: "default", createdAt: now)
        let event = installation.event(
            .platformCreated(name: platform.name), by: .system("start"), on: platform.id, at: now)
        return try await installation.database.write { connection in
            let platforms = PlatformStore(connection)
            if let known = try platforms.platform(named: platform.name) { return known }
            guard try platforms.insertIfNew(platform) else {
                // Another node was faster, and its platform is visible since the insertion waited for it.
                guard let known = try platforms.platform(named: platform.name) else {
                    throw StoreError.conflict("The platform \(platform.name) was just made and is gone; start again.")
                }
                return known
            }
            try AuditStore(connection).append(event)
            return platform
        }
    }

    /// The secret of the first admin key, made when there is no key at all; `nil` where there is one.
    ///
    /// `keep` puts the secret into safety before the key exists, so that no crash leaves a key that nobody knows; `drop` undoes that
    /// where another node was faster.
    public func firstKey(
        on platform: Platform, keep: (String) throws -> Void = { _ in }, drop: () -> Void = {}
    ) async throws -> String? {
        guard try await installation.database.read({ try KeyStore($0).count() }) == 0 else { return nil }
        let principal = Principal(
            actor: .system("start"), platform: platform.id, scopes: Set(Scope.allCases))
        let draft = try ManageKeys(installation).draft(
            name: "first admin key", scopes: Set(Scope.allCases), expiresAt: nil, by: principal)
        try keep(draft.secret)
        let made: String? = try await installation.database.write { connection in
            let keys = KeyStore(connection)
            guard try keys.count() == 0 else { return nil }
            // Nodes that start together come through here one after another, and the later ones find the first one's key.
            _ = try connection.nextSequence("first_key")
            guard try keys.count() == 0 else { return nil }
            try draft.insert(connection)
            return draft.secret
        }
        if made == nil { drop() }
        return made
    }
}
