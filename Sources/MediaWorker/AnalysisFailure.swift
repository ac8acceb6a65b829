/// Why a file has no analysis. Every case is an answer with a stable code; none of them is "clear".
public enum AnalysisFailure: Error, Hashable, Sendable {
    /// The file has no bytes.
    case empty
    /// Nothing here reads it as an image, a video or sound.
    case unsupported
    /// It begins like media but cannot be decoded to one picture or one second of sound.
    case corrupt(String)
    /// It would cost more than the budget: the limit's name, its value, and what the file asks for.
    case overBudget(limit: String, allowed: Int, found: Int)
    /// The wall-clock deadline passed.
    case timedOut(seconds: Int)
    /// The worker died while it analysed this file (a crash, or the kernel stopped it).
    case workerCrashed(signal: Int32?)
    /// No worker could be started or reached.
    case unavailable(String)

    public var code: String {
        switch self {
        case .empty: "media_empty"
        case .unsupported: "media_unsupported"
        case .corrupt: "media_corrupt"
        case .overBudget: "media_over_budget"
        case .timedOut: "media_timed_out"
        case .workerCrashed: "media_worker_crashed"
        case .unavailable: "media_worker_unavailable"
        }
    }

    /// Whether the same file may succeed at another time.
    public var isTransient: Bool {
        switch self {
        case .timedOut, .workerCrashed, .unavailable: true
        case .empty, .unsupported, .corrupt, .overBudget: false
        }
    }

    /// One sentence that is safe to show.
    public var message: String {
        switch self {
        case .empty: "The file is empty."
        case .unsupported: "The file is not an image, video or sound format that Firebreak reads."
        case .corrupt(let detail): "The file cannot be decoded: \(detail)."
        case .overBudget(let limit, let allowed, let found):
            "The file is over the limit for \(limit): \(found), where \(allowed) is allowed."
        case .timedOut(let seconds): "The analysis took longer than its \(seconds) s and was stopped."
        case .workerCrashed(let signal):
            signal.map { "The analysis was stopped by signal \($0)." } ?? "The media worker ended during the analysis."
        case .unavailable(let detail): "The media worker cannot be reached: \(detail)."
        }
    }
}
