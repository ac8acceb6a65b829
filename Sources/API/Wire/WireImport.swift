import Moderation

/// How far an import has come, or what came of it.
struct WireImport: Encodable {
    struct Reject: Encodable {
        var line: Int
        var message: String
    }

    var id: String
    var bank: String
    /// `running`, `done` or `failed`.
    var state: String
    var lines: Int
    var added: Int
    var known: Int
    var retracted: Int
    var rejected: Int
    /// The first thousand of the lines that could not be used.
    var rejects: [Reject]
    var failure: String?
    var createdAt: String
    var finishedAt: String?

    init(_ item: ListImport) {
        id = item.id.text
        bank = item.bank.text
        state = item.finishedAt == nil ? "running" : item.failure == nil ? "done" : "failed"
        lines = item.lines
        added = item.counts.added
        known = item.counts.known
        retracted = item.counts.retracted
        rejected = item.counts.rejected
        rejects = item.rejects.map { Reject(line: $0.line, message: $0.message) }
        failure = item.failure
        createdAt = item.createdAt.rfc3339
        finishedAt = item.finishedAt?.rfc3339
    }

    enum CodingKeys: String, CodingKey {
        case id, bank, state, lines, added, known, retracted, rejected, rejects, failure
        case createdAt = "created_at"
        case finishedAt = "finished_at"
    }
}
