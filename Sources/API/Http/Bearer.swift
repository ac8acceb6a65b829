import HTTPTypes
import Hummingbird
import Moderation
import Operations

extension Authenticate {
    /// Who sent the request, by its `Authorization: Bearer` header.
    func principal(of request: Request) async throws -> Principal {
        guard let header = request.headers[.authorization], header.count > 7,
            header.prefix(7).lowercased() == "bearer "
        else {
            throw Refusal(
                .unauthenticated, code: "unauthenticated",
                "The request needs a valid API key: send “Authorization: Bearer fbk_…”.")
        }
        return try await principal(secret: String(header.dropFirst(7)))
    }
}

extension Request {
    /// The request's `Idempotency-Key`, bound to what was asked; `nil` where there is none.
    func idempotencyKey(digest: [UInt8]) throws -> IdempotencyKey? {
        guard let key = headers[.idempotencyKey] else { return nil }
        return try IdempotencyKey(key, digest: digest)
    }
}

extension HTTPField.Name {
    /// The header of draft-ietf-httpapi-idempotency-key-header. The name is a valid token, so the alternative is never taken.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .ifMatch
}
