import Moderation

struct WireKey: Encodable {
    var id: String
    var name: String
    var scopes: [String]
    var createdAt: String
    var expiresAt: String?
    var revokedAt: String?
    /// Only in the answer that made the key; it is not kept.
    var secret: String?

    init(_ key: APIKey, secret: String? = nil) {
        id = key.id.text
        name = key.name
        scopes = key.scopes.map(\.rawValue).sorted()
        createdAt = key.createdAt.rfc3339
        expiresAt = key.expiresAt?.rfc3339
        revokedAt = key.revokedAt?.rfc3339
        self.secret = secret
    }

    enum CodingKeys: String, CodingKey {
        case id, name, scopes, secret
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }
}

struct WireKeyCreation: WireInput {
    var name: String
    var scopes: [Scope]
    var expiresAt: Timestamp?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, scopes
        case expiresAt = "expires_at"
    }
    typealias Keys = CodingKeys
}
