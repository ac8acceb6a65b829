import Hummingbird
import Moderation

/// The parameters after the question mark.
struct Query {
    private let parameters: Parameters

    init(_ request: Request) {
        parameters = request.uri.queryParameters
    }

    func text(_ name: String) -> String? {
        parameters[name[...]].map(String.init)
    }

    /// `limit` of a list: 1 to 1000, 100 by default.
    func limit() throws(Refusal) -> Int {
        guard let text = text("limit") else { return 100 }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw Refusal(.invalid, code: "invalid_limit", "limit is a whole number from 1 to 1000.")
        }
        return limit
    }

    /// `after` of a list: the `next` of the page before.
    func cursor<N: Noun>(of noun: N.Type = N.self) throws(Refusal) -> ID<N>? {
        guard let text = text("after") else { return nil }
        guard let id = ID<N>(text) else {
            throw Refusal(.invalid, code: "invalid_cursor", "after is the “next” of the page before.")
        }
        return id
    }

    func wait() throws(Refusal) -> Int64? {
        guard let text = text("wait") else { return nil }
        return try Wait.milliseconds(text)
    }

    func flag(_ name: String) throws(Refusal) -> Bool {
        switch text(name) {
        case nil, "false": return false
        case "true", "": return true
        default: throw Refusal(.invalid, code: "invalid_\(name)", "\(name) is true or false.")
        }
    }
}

/// How long a caller waits for a verdict.
enum Wait {
    static let standard: Int64 = 5000

    /// Seconds, 0 to 60, with or without a fraction.
    static func milliseconds(_ text: String) throws(Refusal) -> Int64 {
        guard let seconds = Double(text), seconds >= 0, seconds <= 60 else {
            throw Refusal(.invalid, code: "invalid_wait", "wait is a number of seconds from 0 to 60.")
        }
        return Int64(seconds * 1000)
    }
}
