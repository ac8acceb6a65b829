import Crypto
import Fingerprints
import Hummingbird
import Moderation
import Operations

/// Lists of known things, in and out.
struct ListRoutes {
    let api: FirebreakAPI

    init(_ api: FirebreakAPI) { self.api = api }

    var routes: [Route] {
        [
            Route(.post, "/v1/banks/{bank}/imports", handle: importList),
            Route(.get, "/v1/banks/{bank}/imports/{import}", handle: report),
            Route(.get, "/v1/banks/{bank}/export", handle: export),
        ]
    }

    @Sendable private func importList(_ request: Request, _ context: APIContext) async throws -> Response {
        let bank: ID<Bank> = try context.id("bank", "bank")
        let caller = try context.caller()
        try caller.require(.banksWrite)
        let query = Query(request)
        let wait = try query.wait() ?? Wait.standard
        let format = try Self.format(query, request)
        let algorithm = try query.text("type").map { name throws(Refusal) in
            guard let algorithm = FingerprintAlgorithm(rawValue: name) else {
                throw Refusal(.invalid, code: "invalid_type", "There is no fingerprint algorithm “\(name.prefix(32))”.")
            }
            return algorithm
        }
        let upload = try await Upload.receive(
            request, into: api.installation.spool, keeping: .durably, known: [],
            limit: api.installation.settings.maximumUpload)
        var digest = SHA256()
        digest.update(data: Array("import\0\(bank)\0\(format)\0\(algorithm?.rawValue ?? "")\0".utf8))
        digest.update(data: upload.file.sha256)
        let accepted: AcceptedImport
        do {
            accepted = try await ImportList(api.installation).accept(
                upload.file, format, algorithm: algorithm, into: bank,
                idempotency: try request.idempotencyKey(digest: Array(digest.finalize())), by: caller)
        } catch {
            api.installation.spool.remove(upload.file.name)
            throw error
        }
        let report = try await api.desk.report(on: accepted, within: wait, in: bank, by: caller)
        return try .json(
            WireImport(report), status: report.finishedAt == nil ? .accepted : .created,
            headers: [.location: "/v1/banks/\(bank.text)/imports/\(report.id.text)"])
    }

    private static func format(_ query: Query, _ request: Request) throws(Refusal) -> ListFormat {
        if let name = query.text("format") {
            guard let format = ListFormat(rawValue: name) else {
                throw Refusal(.invalid, code: "invalid_format", "format is plain, csv or jsonl.")
            }
            return format
        }
        switch HeaderParameters(request.headers[.contentType] ?? "").value {
        case "text/csv": return .csv
        case "application/x-ndjson", "application/jsonl": return .jsonl
        case "text/plain": return .plain
        default:
            throw Refusal(
                .unsupported, code: "unsupported_media_type",
                "Send the list as text/plain, text/csv or application/x-ndjson, or name its format.")
        }
    }

    @Sendable private func report(_ request: Request, _ context: APIContext) async throws -> Response {
        let report = try await ImportList(api.installation).report(
            try context.id("import", "import"), in: try context.id("bank", "bank"), by: try context.caller())
        return try .json(WireImport(report))
    }

    @Sendable private func export(_ request: Request, _ context: APIContext) async throws -> Response {
        let name = Query(request).text("format") ?? ListFormat.jsonl.rawValue
        guard let format = ListFormat(rawValue: name) else {
            throw Refusal(.invalid, code: "invalid_format", "format is plain, csv or jsonl.")
        }
        let pieces = try await ExportList(api.installation).pieces(
            of: try context.id("bank", "bank"), as: format, by: try context.caller())
        return Response(
            status: .ok, headers: [.contentType: format.contentType],
            body: ResponseBody { writer in
                for try await piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                try await writer.finish(nil)
            })
    }
}
