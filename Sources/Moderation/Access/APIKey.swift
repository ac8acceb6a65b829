/// What an API key may do.
public enum Scope: String, CaseIterable, Hashable, Sendable, Codable {
    /// Offer content and read the verdicts.
    case submit
    /// Look up fingerprints and compute them.
    case lookup
    /// Read banks and entries.
    case banksRead = "banks:read"
    /// Create banks; propose, suspend and retract entries; import.
    case banksWrite = "banks:write"
    /// Approve entries that another proposed; promote and pause banks.
    case banksApprove = "banks:approve"
    /// Read the counts of the process.
    case metrics
    /// Create, list and revoke keys, and read the audit log.
    case admin
}

/// A key by which a program speaks for a platform. Only the SHA-256 of its secret is stored.
public struct APIKey: Hashable, Sendable, Noun {
    public static let idPrefix = "key"

    public var id: ID<APIKey>
    public var platform: ID<Platform>
    public var name: String
    public var scopes: Set<Scope>
    public var createdAt: Timestamp
    public var expiresAt: Timestamp?
    public var revokedAt: Timestamp?

    public init(
        id: ID<APIKey>, platform: ID<Platform>, name: String, scopes: Set<Scope>, createdAt: Timestamp,
        expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.platform = platform
        self.name = name
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    public func isUsable(at now: Timestamp) -> Bool {
        guard revokedAt == nil else { return false }
        guard let expiresAt else { return true }
        return now < expiresAt
    }
}
