/// Why a call came to nothing.
public enum ClientError: Error, Hashable, Sendable {
    /// The caller gave something that cannot be used; nothing was sent.
    case unusable(String)
    /// A file on this machine cannot be read.
    case file(path: String, reason: String)
    /// No answer: the address, and what went wrong.
    case unreachable(url: String, reason: String)
    /// The server refused, and said why.
    case problem(Problem)
    /// The answer is not what this version of the client understands.
    case unexpected(url: String, reason: String)

    /// RFC 9457 problem details as the server writes them.
    public struct Problem: Hashable, Sendable, Codable {
        public var status: Int
        /// Stable: `not_found`, `unauthenticated`, `approver_is_proposer` …
        public var code: String
        public var detail: String
        /// The request's id in the server's log.
        public var instance: String?

        public init(status: Int, code: String, detail: String, instance: String? = nil) {
            self.status = status
            self.code = code
            self.detail = detail
            self.instance = instance
        }
    }

    /// Stable, for machines.
    public var code: String {
        switch self {
        case .unusable: "unusable"
        case .file: "file_unreadable"
        case .unreachable: "server_unreachable"
        case .problem(let problem): problem.code
        case .unexpected: "unexpected_answer"
        }
    }

    /// One line: what, which, and what to do.
    public var message: String {
        switch self {
        case .unusable(let text): text
        case .file(let path, let reason): "\(path): \(reason)"
        case .unreachable(let url, let reason): "No answer from \(url): \(reason). Is the server running?"
        case .problem(let problem):
            problem.status == 401
                ? "The server does not accept the key: \(problem.detail) (\(problem.code))"
                : "\(problem.detail) (\(problem.code))"
        case .unexpected(let url, let reason):
            "The answer of \(url) is not understood: \(reason). Is it a Firebreak server of this version?"
        }
    }
}
