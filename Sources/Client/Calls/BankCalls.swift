import Foundation

/// Banks.
extension FirebreakClient {
    /// All banks, page by page, oldest first.
    public func banks() async throws -> [BankDocument] {
        try await all("/v1/banks")
    }

    /// The bank with this id or this name. An unknown one is a problem with the code `not_found`.
    public func bank(_ reference: String) async throws -> BankDocument {
        if reference.hasPrefix("bnk_") {
            return try await call(Exchange(method: .get, path: "/v1/banks/\(PathPart.encoded(reference))"))
        }
        let page: Page<BankDocument> = try await call(
            Exchange(method: .get, path: "/v1/banks", query: [("name", reference)]))
        guard let found = page.items.first else {
            throw ClientError.problem(
                ClientError.Problem(
                    status: 404, code: "not_found",
                    detail: "There is no bank “\(reference.prefix(64))”; firebreak bank list shows them."))
        }
        return try await call(Exchange(method: .get, path: "/v1/banks/\(PathPart.encoded(found.id))"))
    }

    /// Makes a bank, in state `draft`.
    public func createBank(_ bank: NewBank) async throws -> BankDocument {
        try await call(Exchange(method: .post, path: "/v1/banks", body: .json(try json(bank)), isRepeatable: true))
    }

    /// Moves a bank to another state, or changes its settings.
    public func changeBank(_ id: String, _ change: BankChange) async throws -> BankDocument {
        try await call(
            Exchange(method: .patch, path: "/v1/banks/\(PathPart.encoded(id))", body: .json(try json(change))))
    }

    func json(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Every item of a list.
    func all<Item>(_ path: String) async throws -> [Item] where Item: Codable & Hashable & Sendable {
        var items: [Item] = []
        var after: String?
        repeat {
            let query = [("limit", "1000")] + (after.map { [("after", $0)] } ?? [])
            let page: Page<Item> = try await call(Exchange(method: .get, path: path, query: query))
            items += page.items
            after = page.next
        } while after != nil
        return items
    }
}
