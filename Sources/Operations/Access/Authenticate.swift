import Crypto
public import Moderation
import Storage
import Synchronization

/// Tells who holds a secret.
public struct Authenticate: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// The principal behind an API key's secret; refuses one that is unknown, revoked or expired, without saying which.
    ///
    /// A key that was seen in the last five seconds is not looked up again, so a key that is revoked on another node
    /// works there for at most so long.
    public func principal(secret: String) async throws -> Principal {
        let hash = KeySecret.hash(secret)
        let now = installation.clock()
        if let key = installation.keyCache.key(hash, at: now), key.isUsable(at: now) {
            return Principal(actor: .key(key.id), platform: key.platform, scopes: key.scopes)
        }
        let generation = installation.keyCache.generation
        let found = try await installation.database.read { connection in
            try KeyStore(connection).key(secretHash: hash)
        }
        guard let key = found, key.isUsable(at: now) else {
            throw Refusal(
                .unauthenticated, code: "unauthenticated",
                "The request needs a valid API key: send “Authorization: Bearer fbk_…”.")
        }
        installation.keyCache.put(key, hash, at: now, readIn: generation)
        return Principal(actor: .key(key.id), platform: key.platform, scopes: key.scopes)
    }
}

extension Principal {
    /// Refuses a principal that lacks the scope.
    public func require(_ scope: Scope) throws(Refusal) {
        guard scopes.contains(scope) else {
            throw Refusal(
                .forbidden, code: "missing_scope", "This needs a key with the scope “\(scope.rawValue)”.")
        }
    }
}

/// The secret of an API key: `fbk_` and 256 bits of chance.
enum KeySecret {
    static func make(_ random: inout some RandomNumberGenerator) -> String {
        let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return "fbk_" + String((0..<52).map { _ in digits[Int(random.next() >> 59)] })
    }

    /// The secret has the entropy of a key, so one round of SHA-256 is enough to store.
    static func hash(_ secret: String) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }
}

/// Keys seen of late, by the hash of their secrets.
final class KeyCache: Sendable {
    private static let lifetime: Int64 = 5000
    private static let capacity = 10_000

    private struct State {
        var keys: [[UInt8]: (key: APIKey, readAt: Timestamp)] = [:]
        var generation = 0
    }

    private let state = Mutex(State())

    /// Counts the times that the cache was cleared.
    var generation: Int { state.withLock { $0.generation } }

    func key(_ hash: [UInt8], at now: Timestamp) -> APIKey? {
        state.withLock { state in
            guard let known = state.keys[hash], now.milliseconds - known.readAt.milliseconds < Self.lifetime else {
                return nil
            }
            return known.key
        }
    }

    /// Keeps a key, unless the cache was cleared since it was read: then it may have been revoked in the meantime.
    func put(_ key: APIKey, _ hash: [UInt8], at now: Timestamp, readIn generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.keys.count >= Self.capacity { state.keys.removeAll(keepingCapacity: true) }
            state.keys[hash] = (key, now)
        }
    }

    func clear() {
        state.withLock { state in
            state.keys.removeAll(keepingCapacity: true)
            state.generation += 1
        }
    }
}
