import Foundation

/// API keys.
extension FirebreakClient {
    public func keys() async throws -> [KeyDocument] {
        try await all("/v1/keys")
    }

    /// Makes a key. Its secret is in this answer and nowhere else. `expiresAt` is RFC 3339.
    public func createKey(name: String, scopes: [String], expiresAt: String? = nil) async throws -> KeyDocument {
        let creation = KeyCreation(name: name, scopes: scopes, expiresAt: expiresAt)
        return try await call(Exchange(method: .post, path: "/v1/keys", body: .json(try json(creation))))
    }

    /// Ends a key at once and for good.
    public func revokeKey(_ id: String) async throws -> KeyDocument {
        try await call(Exchange(method: .delete, path: "/v1/keys/\(PathPart.encoded(id))"))
    }
}

private struct KeyCreation: Codable {
    var name: String
    var scopes: [String]
    var expiresAt: String?

    enum CodingKeys: String, CodingKey {
        case name, scopes
        case expiresAt = "expires_at"
    }
}
