import HTTPTypes
import Hummingbird
import Logging
import Moderation
import Storage

/// An error as RFC 9457 problem details, with a stable `code`.
struct Problem: Encodable, Sendable {
    var type: String
    var title: String
    var status: Int
    var code: String
    var detail: String
    /// The request's id in the server's log.
    var instance: String?

    init(_ status: HTTPResponse.Status, code: String, _ detail: String) {
        self.type = "urn:firebreak:problem:\(code)"
        self.title = status.reasonPhrase
        self.status = status.code
        self.code = code
        self.detail = detail
    }
}

/// Turns every error into a problem document. What is not foreseen is logged in full and told as `internal_error`.
struct ProblemAnswers: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            var (problem, headers) = Self.problem(for: error)
            problem.instance = "urn:firebreak:request:\(context.id)"
            if problem.status >= 500 {
                context.logger.error(
                    "request failed",
                    metadata: [
                        "method": "\(request.method)", "path": "\(request.uri.path)", "code": "\(problem.code)",
                        "error": "\(error)",
                    ])
            }
            return try Response.json(
                problem, status: HTTPResponse.Status(code: problem.status), headers: headers,
                contentType: "application/problem+json")
        }
    }

    static func problem(for error: any Error) -> (Problem, HTTPFields) {
        switch error {
        case let refusal as Refusal: problem(for: refusal)
        case let error as StoreError: problem(for: error)
        case let error as MethodNotAllowed:
            (
                Problem(.methodNotAllowed, code: "method_not_allowed", "This path does not have that method."),
                [.allow: error.allowed.map(\.rawValue).sorted().joined(separator: ", ")]
            )
        case let error as HTTPError:
            (
                Problem(error.status, code: code(of: error.status), error.body ?? error.status.reasonPhrase),
                error.headers
            )
        case is CancellationError:
            (Problem(.serviceUnavailable, code: "stopping", "The server is stopping; send the request again."), [:])
        default:
            (
                Problem(
                    .internalServerError, code: "internal_error", "This should not have happened; the log knows more."),
                [:]
            )
        }
    }

    private static func problem(for refusal: Refusal) -> (Problem, HTTPFields) {
        let status: HTTPResponse.Status =
            switch refusal.kind {
            case .invalid: .badRequest
            case .unauthenticated: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .conflict: .conflict
            case .tooLarge: .contentTooLarge
            case .unsupported: .unsupportedMediaType
            case .unprocessable: .unprocessableContent
            case .full: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
            case .unavailable: .serviceUnavailable
            }
        var headers = HTTPFields()
        if refusal.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        if refusal.kind == .unavailable { headers[.retryAfter] = "1" }
        return (Problem(status, code: refusal.code, refusal.message), headers)
    }

    private static func problem(for error: StoreError) -> (Problem, HTTPFields) {
        switch error {
        case .conflict(let message): (Problem(.conflict, code: "conflict", message), [:])
        case .notFound(let message): (Problem(.notFound, code: "not_found", message), [:])
        case .full:
            (
                Problem(
                    HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"), code: "storage_full",
                    "The disk is full; nothing was kept. Try again later."), [:]
            )
        case .unavailable:
            (
                Problem(.serviceUnavailable, code: "storage_unavailable", "The database cannot be reached; try again."),
                [.retryAfter: "1"]
            )
        case .engine(code: "nul_in_text", message: _):
            (Problem(.badRequest, code: "invalid_field", "A text holds U+0000, which cannot be stored."), [:])
        case .newerSchema, .corrupt, .engine:
            (
                Problem(
                    .internalServerError, code: "internal_error",
                    "This should not have happened; the log knows more."), [:]
            )
        }
    }

    private static func code(of status: HTTPResponse.Status) -> String {
        switch status.code {
        case 404: "not_found"
        case 405: "method_not_allowed"
        case 413: "too_large"
        case 415: "unsupported_media_type"
        case 400..<500: "bad_request"
        default: "internal_error"
        }
    }
}
