import Hummingbird
import Moderation
import Operations

/// What the people who run it ask: is it alive, is it ready, what does it count, what can it do.
struct ProcessRoutes {
    let api: FirebreakAPI

    init(_ api: FirebreakAPI) { self.api = api }

    var routes: [Route] {
        [
            Route(.get, "/healthz", access: .open, handle: health),
            Route(.get, "/readyz", access: .open, handle: readiness),
            Route(.get, "/metrics", handle: metrics),
            Route(.get, "/openapi.yaml", access: .open, handle: document),
        ]
    }

    @Sendable private func health(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(["status": "alive"])
    }

    @Sendable private func readiness(_ request: Request, _ context: APIContext) async throws -> Response {
        let report = await CheckReadiness(api.installation).report()
        return try .json(WireReadiness(report), status: report.isReady ? .ok : .serviceUnavailable)
    }

    @Sendable private func metrics(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.caller().require(.metrics)
        return .text(await api.metrics(), contentType: "text/plain; version=0.0.4; charset=utf-8")
    }

    @Sendable private func document(_ request: Request, _ context: APIContext) async throws -> Response {
        .text(APIDocument.text, contentType: "application/yaml")
    }
}

/// The contract, as it is served.
public enum APIDocument {
    /// OpenAPI 3.1, YAML.
    public static let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
}

struct WireReadiness: Encodable {
    struct Part: Encodable {
        var name: String
        var ready: Bool
        var detail: String
    }

    var status: String
    var parts: [Part]

    init(_ report: ReadinessReport) {
        status = report.isReady ? "ready" : "not_ready"
        parts = report.parts.map { Part(name: $0.name, ready: $0.isReady, detail: $0.detail) }
    }
}
