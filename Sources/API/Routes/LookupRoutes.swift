import Fingerprints
import Hummingbird
import Matching
import Moderation
import Operations

/// Questions that leave nothing behind.
struct LookupRoutes {
    let api: FirebreakAPI

    init(_ api: FirebreakAPI) { self.api = api }

    var routes: [Route] {
        [
            Route(.post, "/v1/lookup", handle: lookUp),
            Route(.post, "/v1/hash", handle: hash),
        ]
    }

    @Sendable private func lookUp(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = try await JSONBody(request).decode(WireLookup.self)
        let set = try WireFingerprint.set(body.fingerprints.map(\.value), duration: body.duration)
        let found = try LookUp(api.installation).matches(RecognitionQuery(fingerprints: set), by: try context.caller())
        return try .json(
            WireLookupAnswer(
                status: found.matches.isEmpty ? "clear" : "matched",
                matches: found.matches.map { WireMatch($0.raised, state: $0.state) }, indexSequence: found.sequence))
    }

    @Sendable private func hash(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try context.caller()
        try caller.require(.lookup)
        let upload = try await Upload.receive(
            request, into: api.installation.spool, keeping: .briefly, known: [],
            limit: api.installation.settings.maximumUpload)
        let (analysis, fingerprints) = try await HashFile(api.installation).analyse(upload.file, by: caller)
        return try .json(WireAnalysis(analysis, fingerprints))
    }
}
