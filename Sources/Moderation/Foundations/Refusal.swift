/// Why something that was asked for is not done: a stable code, a sentence that is safe to show, and the next step in it.
public struct Refusal: Error, Hashable, Sendable {
    /// What kind of refusal it is; the HTTP status and the exit code follow from it.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case invalid, unauthenticated, forbidden, notFound, conflict, tooLarge, unsupported, unprocessable, full
        case unavailable
    }

    public var kind: Kind
    public var code: String
    public var message: String

    public init(_ kind: Kind, code: String, _ message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }
}

extension Refusal {
    public static func notFound(_ what: String, _ id: String) -> Refusal {
        Refusal(.notFound, code: "not_found", "There is no \(what) \(id) here.")
    }

    public static func wrongState(_ what: String, _ id: String, is state: String, to verb: String) -> Refusal {
        Refusal(.conflict, code: "wrong_state", "\(what) \(id) is \(state); it cannot be \(verb) from there.")
    }
}
