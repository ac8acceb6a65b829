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
        let authenticate = Authenticate(installation)
        for (path, methods) in Dictionary(grouping: routes, by: \.path) {
            let allowed = methods.map(\.method)
            for route in methods {
                router.on(RouterPath(route.path), method: route.method) { request, context in
                    var context = context
                    if route.access == .key {
                        context.principal = try await authenticate.principal(of: request)
                    }
                    return try await route.handle(request, context)
                }
            }
            for method in Route.knownMethods where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw MethodNotAllowed(allowed: allowed)
                }
            }
        }
        return router
    }
}
