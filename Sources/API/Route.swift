public import HTTPTypes
public import Hummingbird
import Moderation

/// One method of one path.
public struct Route: Sendable {
    public enum Access: Hashable, Sendable {
        /// Anyone who reaches the port.
        case open
        /// Whoever holds a key; the operation asks for the scope.
        case key
    }

    public let method: HTTPRequest.Method
    /// With parameters in braces, as the document writes them: `/v1/banks/{bank}`.
    public let path: String
    public let access: Access
    let handle: @Sendable (Request, APIContext) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, access: Access = .key,
        handle: @escaping @Sendable (Request, APIContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.handle = handle
    }

    static let knownMethods: [HTTPRequest.Method] =
        [.get, .head, .post, .put, .patch, .delete, .options, .trace] + [HTTPRequest.Method("QUERY")].compactMap(\.self)
}

/// What a handler knows about its request besides the request.
public struct APIContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Who asks; set for every route that needs a key before its handler runs.
    var principal: Principal?

    public init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// Who asks. Refuses where nobody was asked for a key, which is a defect of the route table.
    func caller() throws(Refusal) -> Principal {
        guard let principal else {
            throw Refusal(.unauthenticated, code: "unauthenticated", "The request needs a valid API key.")
        }
        return principal
    }

    /// The typed id in a path; one that cannot be an id names nothing.
    func id<N: Noun>(_ parameter: String, _ noun: String, of type: N.Type = N.self) throws(Refusal) -> ID<N> {
        let text = coreContext.parameters.get(parameter) ?? ""
        guard let id = ID<N>(text) else { throw Refusal.notFound(noun, String(text.prefix(64))) }
        return id
    }
}

/// The path is known, the method is not one of its own.
struct MethodNotAllowed: Error {
    var allowed: [HTTPRequest.Method]
}
