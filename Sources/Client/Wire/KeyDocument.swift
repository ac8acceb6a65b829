/// An API key as the server describes it.
public struct KeyDocument: Hashable, Sendable, Codable {
    public var id: String
    public var name: String
    public var scopes: [String]
    public var createdAt: String
    public var expiresAt: String?
    public var revokedAt: String?
    /// Only in the answer that made the key.
    public var secret: String?

    enum CodingKeys: String, CodingKey {
        case id, name, scopes, secret
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }
}

/// Whether a server is ready, part by part.
public struct Readiness: Hashable, Sendable, Codable {
    public struct Part: Hashable, Sendable, Codable {
        public var name: String
        public var ready: Bool
        public var detail: String
    }

    /// `ready` or `not_ready`.
    public var status: String
    public var parts: [Part]
}
