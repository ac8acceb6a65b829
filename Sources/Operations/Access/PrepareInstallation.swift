public import Moderation
import Storage

/// Makes a new installation usable: its first platform and its first admin key.
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
            try platforms.insert(platform)
            try AuditStore(connection).append(event)
            return platform
        }
    }

    /// The secret of the first admin key, made when there is no key at all; `nil` where there is one.
    public func firstKey(on platform: Platform) async throws -> String? {
        let count = try await installation.database.read { connection in try KeyStore(connection).count() }
        guard count == 0 else { return nil }
        let principal = Principal(
            actor: .system("start"), platform: platform.id, scopes: Set(Scope.allCases))
        return try await ManageKeys(installation).insert(
            name: "first admin key", scopes: Set(Scope.allCases), expiresAt: nil, by: principal
        ).secret
    }
}
