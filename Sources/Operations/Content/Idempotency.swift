public import Moderation
import Storage

/// A caller's promise that two requests with this key are one request.
public struct IdempotencyKey: Hashable, Sendable {
    let key: String
    let digest: [UInt8]

    /// `digest` tells this request from another one that wrongly uses the same key. The key has 1 to 255 printable ASCII
    /// characters.
    public init(_ key: String, digest: [UInt8]) throws(Refusal) {
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Refusal(
                .invalid, code: "invalid_idempotency_key",
                "Idempotency-Key has 1 to 255 printable ASCII characters without spaces.")
        }
        self.key = key
        self.digest = digest
    }

    /// Takes the key for a new subject, or answers the subject that an earlier request made; refuses another request's key.
    func claim<N: Noun>(
        _ connection: any SQLConnection, for subject: ID<N>, _ principal: Principal, at now: Timestamp
    ) throws -> ID<N>? {
        let claim = try IdempotencyStore.claim(
            connection, platform: principal.platform.text, key: key, digest: digest, subject: subject.text,
            now: now.milliseconds)
        switch claim {
        case .new: return nil
        case .replay(let earlier):
            if let id = ID<N>(earlier) { return id }
            throw mismatch
        case .mismatch: throw mismatch
        }
    }

    private var mismatch: Refusal {
        Refusal(
            .unprocessable, code: "idempotency_key_reused",
            "This Idempotency-Key was used for another request; take a new key for a new request.")
    }
}
