/// How far an import has come, or what came of it.
public struct ImportReport: Hashable, Sendable, Codable {
    public struct Reject: Hashable, Sendable, Codable {
        public var line: Int
        public var message: String

        public init(line: Int, message: String) {
            self.line = line
            self.message = message
        }
    }

    public var id: String
    public var bank: String
    /// `running`, `done` or `failed`.
    public var state: String
    /// Lines that are dealt with.
    public var lines: Int
    public var added: Int
    public var known: Int
    public var retracted: Int
    public var rejected: Int
    /// The first thousand of the lines that could not be used.
    public var rejects: [Reject]
    public var failure: String?
    public var createdAt: String
    public var finishedAt: String?

    enum CodingKeys: String, CodingKey {
        case id, bank, state, lines, added, known, retracted, rejected, rejects, failure
        case createdAt = "created_at"
        case finishedAt = "finished_at"
    }
}
