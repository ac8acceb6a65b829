import Crypto
import Hummingbird
import Moderation
import Operations

/// Banks.
struct BankRoutes {
    let api: FirebreakAPI

    init(_ api: FirebreakAPI) { self.api = api }

    var routes: [Route] {
        [
            Route(.get, "/v1/banks", handle: list),
            Route(.post, "/v1/banks", handle: create),
            Route(.get, "/v1/banks/{bank}", handle: read),
            Route(.patch, "/v1/banks/{bank}", handle: change),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = Query(request)
        let (limit, cursor) = (try query.limit(), try query.cursor(of: Bank.self))
        if let name = query.text("name") {
            let bank = try await ManageBanks(api.installation).bank(named: name, by: try context.caller())
            return try .json(WirePage(bank.map { [WireBank($0)] } ?? [], limit: limit) { $0.id })
        }
        let banks = try await ManageBanks(api.installation).list(
            after: cursor, limit: limit + 1, by: try context.caller())
        return try .json(WirePage(banks.map { WireBank($0) }, limit: limit) { $0.id })
    }

    @Sendable private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = try await JSONBody(request)
        let bank = try await ManageBanks(api.installation).create(
            try body.decode(WireBankCreation.self).creation(),
            idempotency: try request.idempotencyKey(digest: body.digest("bank")), by: try context.caller())
        return try .json(WireBank(bank), status: .created, headers: [.location: "/v1/banks/\(bank.id.text)"])
    }

    @Sendable private func read(_ request: Request, _ context: APIContext) async throws -> Response {
        let (bank, entries) = try await ManageBanks(api.installation).bank(
            try context.id("bank", "bank"), by: try context.caller())
        return try .json(WireBank(bank, entries: entries))
    }

    @Sendable private func change(_ request: Request, _ context: APIContext) async throws -> Response {
        let id: ID<Bank> = try context.id("bank", "bank")
        let change = try await JSONBody(request).decode(WireBankChange.self)
        let wire = change.thresholds?.value
        let bank = try await ManageBanks(api.installation).change(
            id, state: change.state, thresholds: { wire?.over($0) ?? $0 }, rolloutRatio: change.rolloutRatio,
            by: try context.caller())
        return try .json(WireBank(bank))
    }
}

extension JSONBody {
    /// Tells two requests with one idempotency key apart.
    func digest(_ route: String) -> [UInt8] {
        var digest = SHA256()
        digest.update(data: Array("\(route)\0".utf8))
        bytes.withUnsafeReadableBytes { digest.update(bufferPointer: $0) }
        return Array(digest.finalize())
    }
}
