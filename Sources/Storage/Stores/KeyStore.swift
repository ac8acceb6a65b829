public import Moderation

/// API keys, by the SHA-256 of their secrets.
public struct KeyStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    private static let columns = "id, platform, name, scopes, created_at, expires_at, revoked_at"

    public func insert(_ key: APIKey, secretHash: [UInt8]) throws {
        try connection.execute(
            """
            INSERT INTO api_key (id, platform, name, secret_hash, scopes, created_at, expires_at, revoked_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(key.id), .id(key.platform), .text(key.name), .blob(secretHash),
                .text(key.scopes.map(\.rawValue).sorted().joined(separator: " ")), .time(key.createdAt),
                .time(key.expiresAt), .time(key.revokedAt),
            ])
    }

    public func key(secretHash: [UInt8]) throws -> APIKey? {
        try connection.query("SELECT \(Self.columns) FROM api_key WHERE secret_hash = ?", [.blob(secretHash)]).first
            .map(Self.key)
    }

    public func key(_ id: ID<APIKey>, on platform: ID<Platform>) throws -> APIKey? {
        try connection.query(
            "SELECT \(Self.columns) FROM api_key WHERE id = ? AND platform = ?", [.id(id), .id(platform)]
        ).first.map(Self.key)
    }

    /// Up to `limit` keys in the order of their making, from after `cursor`.
    public func keys(on platform: ID<Platform>, after cursor: ID<APIKey>?, limit: Int) throws -> [APIKey] {
        try connection.query(
            "SELECT \(Self.columns) FROM api_key WHERE platform = ? AND id > ? ORDER BY id LIMIT ?",
            [.id(platform), .text(cursor?.text ?? ""), .number(limit)]
        ).map(Self.key)
    }

    public func count() throws -> Int {
        try connection.query("SELECT COUNT(*) FROM api_key", []).first?.number(0) ?? 0
    }

    /// Marks a key as revoked; a key that is revoked already is a conflict.
    public func revoke(_ id: ID<APIKey>, at now: Timestamp) throws {
        let changed = try connection.execute(
            "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", [.time(now), .id(id)])
        guard changed == 1 else { throw StoreError.conflict("Key \(id) is revoked already.") }
    }

    private static func key(_ row: SQLRow) throws -> APIKey {
        let names = try row.text(3).split(separator: " ")
        return APIKey(
            id: try row.id(0), platform: try row.id(1), name: try row.text(2),
            scopes: Set(names.compactMap { Scope(rawValue: String($0)) }), createdAt: try row.time(4),
            expiresAt: try row.optionalTime(5), revokedAt: try row.optionalTime(6))
    }
}
