import Hummingbird
import Moderation
import Operations

/// API keys.
struct KeyRoutes {
    let api: FirebreakAPI

    init(_ api: FirebreakAPI) { self.api = api }

    var routes: [Route] {
        [
            Route(.get, "/v1/keys", handle: list),
            Route(.post, "/v1/keys", handle: create),
            Route(.delete, "/v1/keys/{key}", handle: revoke),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = Query(request)
        let limit = try query.limit()
        let keys = try await ManageKeys(api.installation).list(
            after: try query.cursor(), limit: limit + 1, by: try context.caller())
        return try .json(WirePage(keys.map { WireKey($0) }, limit: limit) { $0.id })
    }

    @Sendable private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let creation = try await JSONBody(request).decode(WireKeyCreation.self)
        guard request.headers[.idempotencyKey] == nil else {
            throw Refusal(
                .invalid, code: "idempotency_unsupported",
                "A key's secret is shown once and not kept, so this request cannot be repeated; leave Idempotency-Key out."
            )
        }
        let (key, secret) = try await ManageKeys(api.installation).create(
            name: creation.name, scopes: Set(creation.scopes), expiresAt: creation.expiresAt,
            by: try context.caller())
        return try .json(
            WireKey(key, secret: secret), status: .created, headers: [.location: "/v1/keys/\(key.id.text)"])
    }

    @Sendable private func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        let key = try await ManageKeys(api.installation).revoke(
            try context.id("key", "key"), by: try context.caller())
        return try .json(WireKey(key))
    }
}
