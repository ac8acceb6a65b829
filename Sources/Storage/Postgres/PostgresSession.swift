/// A PostgreSQL connection as the committer and the readers use it.
final class PostgresSession: EngineSession {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    var engine: DatabaseEngine { .postgres }
    var isInTransaction: Bool { connection.isInTransaction }
    private(set) var isBroken = false
    private var isReading = false

    func execute(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> Int {
        try run(sql, arguments).changedRows
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> [SQLRow] {
        try run(sql, arguments).rows()
    }

    func take(_ step: TransactionStep) throws(EngineFailure) {
        switch step {
        case .begin:
            isReading = false
            try run("BEGIN READ WRITE")
        case .beginReading:
            isReading = true
            try run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        case .savepoint: try run("SAVEPOINT body")
        case .nextSavepoint: try run("RELEASE SAVEPOINT body; SAVEPOINT body")
        case .undoSavepoint: try run("ROLLBACK TO SAVEPOINT body; RELEASE SAVEPOINT body")
        case .commit: try commit()
        case .rollback: if connection.isInTransaction { try run("ROLLBACK") }
        }
    }

    private func commit() throws(EngineFailure) {
        do throws(EngineFailure) {
            // The server answers COMMIT in a failed transaction with success and the tag ROLLBACK.
            guard try connection.run("COMMIT") == "COMMIT" else {
                throw EngineFailure(error: .engine(code: "rolled_back", message: "PostgreSQL rolled the commit back."))
            }
        } catch {
            isBroken = isBroken || connection.isBroken
            guard connection.isBroken else { throw error }
            throw EngineFailure(
                error: .unavailable(
                    "The connection to PostgreSQL was lost during a commit; the write may have happened or not."))
        }
    }

    private func run(_ sql: String) throws(EngineFailure) {
        do throws(EngineFailure) { try connection.run(sql) } catch { throw noted(error) }
    }

    private func run(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> PostgresResult {
        let encoded = try PostgresArguments(arguments)
        do throws(EngineFailure) { return try connection.run(sql, encoded) } catch { throw noted(error) }
    }

    private func noted(_ failure: EngineFailure) -> EngineFailure {
        if failure.isReadOnly, isReading { return .readOnly }
        isBroken = isBroken || connection.isBroken || failure.mustReconnect
        return failure
    }
}
