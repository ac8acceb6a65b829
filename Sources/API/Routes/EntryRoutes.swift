import Crypto
import Fingerprints
import Hummingbird
import Moderation
import Operations

/// What is in a bank.
struct EntryRoutes {
    let api: FirebreakAPI

    init(_ api: FirebreakAPI) { self.api = api }

    var routes: [Route] {
        [
            Route(.get, "/v1/banks/{bank}/entries", handle: list),
            Route(.post, "/v1/banks/{bank}/entries", handle: add),
            Route(.get, "/v1/banks/{bank}/entries/{entry}", handle: read),
            Route(.post, "/v1/banks/{bank}/entries/{entry}/approve", handle: approve),
            Route(.post, "/v1/banks/{bank}/entries/{entry}/suspend", handle: suspend),
            Route(.post, "/v1/banks/{bank}/entries/{entry}/resume", handle: resume),
            Route(.post, "/v1/banks/{bank}/entries/{entry}/retract", handle: retract),
        ]
    }

    private static let fields: Set<String> = ["labels", "note", "reference"]

    private var entries: ManageEntries { ManageEntries(api.installation) }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let query = Query(request)
        let limit = try query.limit()
        let found = try await entries.list(
            in: try context.id("bank", "bank"), after: try query.cursor(), limit: limit + 1, by: try context.caller())
        return try .json(WirePage(found.map { WireEntry($0) }, limit: limit) { $0.id })
    }

    @Sendable private func add(_ request: Request, _ context: APIContext) async throws -> Response {
        let bank: ID<Bank> = try context.id("bank", "bank")
        let caller = try context.caller()
        let entry: BankEntry
        switch HeaderParameters(request.headers[.contentType] ?? "").value {
        case "multipart/form-data": entry = try await addFile(request, bank, caller)
        case "application/json": entry = try await addFingerprints(request, bank, caller)
        default:
            throw Refusal(
                .unsupported, code: "unsupported_media_type",
                "Send multipart/form-data with a part named “file”, or application/json with fingerprints.")
        }
        return try .json(
            WireEntry(entry), status: .created,
            headers: [.location: "/v1/banks/\(bank.text)/entries/\(entry.id.text)"])
    }

    private func addFile(_ request: Request, _ bank: ID<Bank>, _ caller: Principal) async throws -> BankEntry {
        try caller.require(.banksWrite)
        let upload = try await Upload.receive(
            request, into: api.installation.spool, keeping: .briefly, known: Self.fields,
            limit: api.installation.settings.maximumUpload)
        let labels = upload.fields["labels"].map { $0.split(separator: ",").map(String.init) } ?? []
        var digest = SHA256()
        digest.update(data: Array("entry\0\(bank)\0".utf8))
        digest.update(data: upload.file.sha256)
        return try await entries.add(
            file: upload.file,
            ManageEntries.Description(
                labels: labels, note: upload.fields["note"],
                provenance: Provenance(source: .file, reference: upload.fields["reference"])),
            to: bank, idempotency: try request.idempotencyKey(digest: Array(digest.finalize())), by: caller)
    }

    private func addFingerprints(_ request: Request, _ bank: ID<Bank>, _ caller: Principal) async throws -> BankEntry {
        let body = try await JSONBody(request)
        let creation = try body.decode(WireEntryCreation.self)
        return try await entries.add(
            try WireFingerprint.set(creation.fingerprints.map(\.value), duration: creation.duration),
            ManageEntries.Description(
                labels: creation.labels ?? [], note: creation.note,
                provenance: Provenance(source: .fingerprints, reference: creation.reference)),
            to: bank, idempotency: try request.idempotencyKey(digest: body.digest("entry\0\(bank)")), by: caller)
    }

    @Sendable private func read(_ request: Request, _ context: APIContext) async throws -> Response {
        let (entry, fingerprints) = try await entries.entry(
            try context.id("entry", "entry"), in: try context.id("bank", "bank"), by: try context.caller())
        return try .json(WireEntry(entry, fingerprints: fingerprints))
    }

    @Sendable private func approve(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(
            WireEntry(
                try await entries.approve(
                    try context.id("entry", "entry"), in: try context.id("bank", "bank"), by: try context.caller())))
    }

    @Sendable private func suspend(_ request: Request, _ context: APIContext) async throws -> Response {
        let reason = try await JSONBody(request).decode(WireReasonGiven.self).reason
        return try .json(
            WireEntry(
                try await entries.suspend(
                    try context.id("entry", "entry"), in: try context.id("bank", "bank"), reason: reason,
                    by: try context.caller())))
    }

    @Sendable private func resume(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(
            WireEntry(
                try await entries.resume(
                    try context.id("entry", "entry"), in: try context.id("bank", "bank"), by: try context.caller())))
    }

    @Sendable private func retract(_ request: Request, _ context: APIContext) async throws -> Response {
        let reason = try await JSONBody(request).decode(WireReasonGiven.self).reason
        return try .json(
            WireEntry(
                try await entries.retract(
                    try context.id("entry", "entry"), in: try context.id("bank", "bank"), reason: reason,
                    by: try context.caller())))
    }
}
