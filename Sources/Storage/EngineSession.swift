/// What a driver adds: one connection that runs statements and takes transaction steps on the calling thread.
///
/// Everything that both engines must do alike (refusing values, the fate of a failed statement, the audit buffer) is in
/// `Transaction`, which is the only caller.
protocol EngineSession: AnyObject {
    var engine: DatabaseEngine { get }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> Int
    func query(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> [SQLRow]
    func take(_ step: TransactionStep) throws(EngineFailure)

    /// Whether the transaction begun last still stands, so that going back to a savepoint is possible.
    var isInTransaction: Bool { get }
}

enum TransactionStep: Sendable {
    case begin, beginReading
    case savepoint
    /// Keeps what followed the savepoint, and sets the next; one journey to a server.
    case nextSavepoint
    /// Undoes what followed the savepoint, and forgets it.
    case undoSavepoint
    case commit, rollback
}

/// A driver's error, with what the committer needs to know about it.
struct EngineFailure: Error {
    var error: StoreError
    /// The same body may succeed when run again: a deadlock, a serialization conflict, a connection lost before `COMMIT`.
    var isTransient = false
    /// The statement would have written where only reading is allowed.
    var isReadOnly = false
    /// The connection's prepared statements are of no more use.
    var isStalePlan = false
    /// The connection is of no more use.
    var mustReconnect = false

    /// A read body tried to write.
    static let readOnly = EngineFailure(
        error: .engine(code: "read_only", message: "A read body cannot write."), isReadOnly: true)
}
