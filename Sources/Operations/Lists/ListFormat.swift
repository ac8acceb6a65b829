/// How a list of known things is written.
public enum ListFormat: String, CaseIterable, Hashable, Sendable, Codable {
    /// A value a line, or `type value`; `#` begins a comment.
    case plain
    /// Comma-separated values (RFC 4180) under our header; rows that follow one another with the same `entity_ref` are one
    /// entry.
    case csv
    /// One JSON object a line.
    case jsonl

    public var contentType: String {
        switch self {
        case .plain: "text/plain; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .jsonl: "application/x-ndjson"
        }
    }
}
