import HTTPTypes
import Hummingbird

/// Headers that every answer carries: nothing here is for a browser to guess, frame or keep.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
