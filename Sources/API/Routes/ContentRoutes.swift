import Crypto
import Hummingbird
import Moderation
import Operations

/// Submissions: content comes in, a verdict goes out.
struct ContentRoutes {
    let api: FirebreakAPI

    init(_ api: FirebreakAPI) { self.api = api }

    var routes: [Route] {
        [
            Route(.post, "/v1/content", handle: submit),
            Route(.get, "/v1/content/{content}", handle: read),
        ]
    }

    private static let fields: Set<String> = ["external_id", "account_id", "wait"]

    @Sendable private func submit(_ request: Request, _ context: APIContext) async throws -> Response {
        let type = HeaderParameters(request.headers[.contentType] ?? "").value
        switch type {
        case "multipart/form-data": return try await submitFile(request, context)
        case "application/json": return try await submitFingerprints(request, context)
        default:
            throw Refusal(
                .unsupported, code: "unsupported_media_type",
                "Send multipart/form-data with a part named “file”, or application/json with fingerprints.")
        }
    }

    private func submitFile(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try context.caller()
        try caller.require(.submit)
        let wait = try Query(request).wait()
        let upload = try await Upload.receive(
            request, into: api.installation.spool, keeping: .durably, known: Self.fields,
            limit: api.installation.settings.maximumUpload)
        let offer = SubmitContent.Offer(
            externalID: upload.fields["external_id"], accountID: upload.fields["account_id"])
        let accepted: Accepted
        let waitMilliseconds: Int64
        do {
            waitMilliseconds = try upload.fields["wait"].map(Wait.milliseconds) ?? wait ?? Wait.standard
            let key = try request.idempotencyKey(
                digest: Self.digest("file", upload.file.sha256, offer.externalID, offer.accountID))
            accepted = try await SubmitContent(api.installation).accept(
                upload.file, offer, idempotency: key, by: caller)
        } catch {
            api.installation.spool.remove(upload.file.name)
            throw error
        }
        guard let decided = try await api.desk.verdict(on: accepted, within: waitMilliseconds, by: caller) else {
            let pending = try await ReadContent(api.installation).content(accepted.content, by: caller)
            return try answer(pending, status: .accepted)
        }
        return try answer(decided, status: .created)
    }

    private func submitFingerprints(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try Query(request).wait()
        let body = try await JSONBody(request)
        let submission = try body.decode(WireSubmission.self)
        let set = try WireFingerprint.set(submission.fingerprints.map(\.value), duration: submission.duration)
        let digest = body.bytes.withUnsafeReadableBytes { Self.digest("json", Array(SHA256.hash(data: $0)), nil, nil) }
        let decided = try await SubmitContent(api.installation).decide(
            set, kind: submission.kind,
            SubmitContent.Offer(externalID: submission.externalID, accountID: submission.accountID),
            idempotency: try request.idempotencyKey(digest: digest), by: try context.caller())
        return try answer(decided, status: .created)
    }

    @Sendable private func read(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try context.id("content", "content", of: Content.self)
        let caller = try context.caller()
        let decided = try await ReadContent(api.installation).content(id, by: caller)
        guard try Query(request).flag("fingerprints") else { return try .json(WireContent(decided)) }
        let fingerprints = try await ReadContent(api.installation).fingerprints(of: id, by: caller)
        return try .json(WireContent(decided, fingerprints: fingerprints))
    }

    private func answer(_ decided: Decided, status: HTTPResponse.Status) throws -> Response {
        try .json(
            WireContent(decided), status: status, headers: [.location: "/v1/content/\(decided.content.id.text)"])
    }

    /// Tells two requests with one idempotency key apart.
    private static func digest(_ kind: String, _ bytes: [UInt8], _ externalID: String?, _ accountID: String?) -> [UInt8]
    {
        var digest = SHA256()
        digest.update(data: Array("content\0\(kind)\0\(externalID ?? "")\0\(accountID ?? "")\0".utf8))
        digest.update(data: bytes)
        return Array(digest.finalize())
    }
}
