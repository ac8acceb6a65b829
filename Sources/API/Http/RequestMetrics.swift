import Hummingbird
import Metrics
import Synchronization

/// Counts requests and their durations by route and status. Paths that no route has count as one.
final class RequestMetrics: RouterMiddleware {
    typealias Context = APIContext

    private struct Key: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    private struct Recorders {
        var requests: Counter
        var duration: Metrics.Timer
    }

    private let recorders = Mutex<[Key: Recorders]>([:])

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let elapsed = ContinuousClock.now - start
        let key = Key(
            method: request.method.rawValue, route: context.endpointPath ?? "(none)", status: Int(response.status.code))
        let recorder = recorders.withLock { recorders in
            if let known = recorders[key] { return known }
            let dimensions = [("method", key.method), ("route", key.route), ("status", String(key.status))]
            let made = Recorders(
                requests: Counter(label: "firebreak_http_requests_total", dimensions: dimensions),
                duration: Metrics.Timer(label: "firebreak_http_request_seconds", dimensions: [("route", key.route)]))
            recorders[key] = made
            return made
        }
        recorder.requests.increment()
        recorder.duration.recordNanoseconds(
            elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000)
        return response
    }
}
