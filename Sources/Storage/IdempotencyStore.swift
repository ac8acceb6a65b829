/// Keys by which callers say that two requests are one.
public enum IdempotencyStore {
    /// What a claim of a key came to.
    public enum Claim: Hashable, Sendable {
        /// The key is the caller's, from this transaction on.
        case new
        /// The same request came before and made this subject.
        case replay(String)
        /// Another request used the key.
        case mismatch
    }

    /// Takes a key for a subject, in the transaction that makes the subject. Of any number of racing claims one is new.
    ///
    /// - Parameters:
    ///   - digest: tells this request from others that wrongly use the same key.
    ///   - now: milliseconds since 1970, UTC.
    public static func claim(
        _ connection: any SQLConnection, platform: String, key: String, digest: [UInt8], subject: String, now: Int64
    ) throws(StoreError) -> Claim {
        let taken = try connection.execute(
            """
            INSERT INTO idempotency (platform, key, digest, subject, created_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (platform, key) DO NOTHING
            """, [.text(platform), .text(key), .blob(digest), .text(subject), .integer(now)])
        if taken == 1 { return .new }
        let earlier = try connection.query(
            "SELECT digest, subject FROM idempotency WHERE platform = ? AND key = ?", [.text(platform), .text(key)])
        guard let row = earlier.first else {
            throw .unavailable("The idempotency key was pruned at this very moment; try again.")
        }
        return try row.blob(0) == digest ? .replay(row.text(1)) : .mismatch
    }

    /// Forgets up to `limit` keys that were claimed before a time (milliseconds since 1970, UTC), the oldest first, and
    /// answers how many.
    @discardableResult
    public static func prune(
        _ connection: any SQLConnection, before: Int64, limit: Int = 1_000
    ) throws(StoreError) -> Int {
        try connection.execute(
            """
            DELETE FROM idempotency WHERE (platform, key) IN (
                SELECT platform, key FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT ?)
            """, [.integer(before), .int(limit)])
    }
}
