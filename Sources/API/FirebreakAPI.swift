public import Hummingbird
public import Operations

/// The JSON surface: every route, who may call it, and what it calls.
///
/// Handlers decode, call one operation and encode. `openapi.yaml` beside this file is the contract; a test compares it with
/// `routes` line by line.
public struct FirebreakAPI: Sendable {
    let installation: Installation
    let desk: JobDesk
    let metrics: @Sendable () async -> String

    /// `metrics` answers the Prometheus text of this process.
    public init(
        installation: Installation, desk: JobDesk, metrics: @escaping @Sendable () async -> String
    ) {
        self.installation = installation
        self.desk = desk
        self.metrics = metrics
    }

    /// All routes in the order of the document.
    public var routes: [Route] {
        ContentRoutes(self).routes + LookupRoutes(self).routes + BankRoutes(self).routes + EntryRoutes(self).routes
            + ListRoutes(self).routes + KeyRoutes(self).routes + ProcessRoutes(self).routes
    }

    /// A router with all routes behind the common middleware.
    public func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: RequestMetrics())
        router.add(middleware: ProblemAnswers())
        for (path, methods) in Dictionary(grouping: routes, by: \.path) {
            add(methods, at: RouterPath(path), to: router)
        }
        return router
    }

    /// Adds the methods of one path; the others answer that the path does not have them. HEAD is GET without the body.
    private func add(_ methods: [Route], at path: RouterPath, to router: Router<APIContext>) {
        for route in methods {
            router.on(path, method: route.method) { request, context in try await answer(route, request, context) }
            guard route.method == .get else { continue }
            router.on(path, method: .head) { request, context in
                var response = try await answer(route, request, context)
                response.body = ResponseBody()
                return response
            }
        }
        let allowed = methods.map(\.method) + (methods.contains { $0.method == .get } ? [.head] : [])
        for method in Route.knownMethods where !allowed.contains(method) {
            router.on(path, method: method) { _, _ -> Response in throw MethodNotAllowed(allowed: allowed) }
        }
    }

    private func answer(_ route: Route, _ request: Request, _ context: APIContext) async throws -> Response {
        var context = context
        if route.access == .key {
            context.principal = try await Authenticate(installation).principal(of: request)
        }
        return try await route.handle(request, context)
    }
}
