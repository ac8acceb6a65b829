/// The connection that a body sees, alike on both engines.
///
/// A statement that failed fails the whole body, even where the body catches the error: PostgreSQL refuses every later
/// statement of the transaction, so SQLite is held to the same. To act on a value that exists already, write
/// `INSERT … ON CONFLICT DO NOTHING` and look at the count.
final class Transaction: SQLConnection {
    private let session: any EngineSession
    private let isReading: Bool
    private(set) var failure: EngineFailure?
    private(set) var records: [AuditRecord] = []
    private var recordsBefore = 0
    private var isOver = false

    init(_ session: any EngineSession, isReading: Bool) {
        self.session = session
        self.isReading = isReading
    }

    var engine: DatabaseEngine { session.engine }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> Int {
        try admit(arguments)
        do { return try session.execute(sql, arguments) } catch { throw remember(error) }
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> [SQLRow] {
        try admit(arguments)
        do { return try session.query(sql, arguments) } catch { throw remember(error) }
    }

    func append(_ record: AuditRecord) throws(StoreError) {
        if isReading {
            throw remember(.readOnly)
        }
        try admit([])
        for text in [record.id, record.platform, record.actor, record.kind, record.subject, record.payload] {
            try refuseNUL(text)
        }
        records.append(record)
    }

    /// Marks where the next body starts.
    func enter() {
        failure = nil
        recordsBefore = records.count
    }

    /// Forgets what the body that was entered last appended.
    func undo() {
        records.removeLast(records.count - recordsBefore)
    }

    /// From here on every use is refused: a body must not keep its connection.
    func end() {
        isOver = true
    }

    private func admit(_ arguments: [SQLValue]) throws(StoreError) {
        if isOver { throw .engine(code: "connection_kept", message: "A connection was used after its body had ended.") }
        if let failure { throw failure.error }
        for value in arguments {
            switch value {
            case .text(let text): try refuseNUL(text)
            case .real(let number) where number.isNaN:
                throw remember(EngineFailure(error: .engine(code: "not_a_number", message: "NaN cannot be stored.")))
            case .null, .integer, .real, .blob:
                continue
            }
        }
    }

    /// PostgreSQL cannot store a NUL in text, and SQLite's own functions stop at one.
    private func refuseNUL(_ text: String) throws(StoreError) {
        guard text.utf8.contains(0) else { return }
        throw remember(
            EngineFailure(error: .engine(code: "nul_in_text", message: "Text to store holds a NUL character.")))
    }

    private func remember(_ failure: EngineFailure) -> StoreError {
        self.failure = failure
        return failure.error
    }
}
