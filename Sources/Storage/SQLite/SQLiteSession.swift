import Foundation
import GRDB

/// One GRDB connection, for the length of one access to it.
///
/// Values are mapped here and nowhere else. Statements come from the connection's cache.
final class SQLiteSession: EngineSession {
    private let database: GRDB.Database

    init(_ database: GRDB.Database) {
        self.database = database
    }

    var engine: DatabaseEngine { .sqlite }
    var isInTransaction: Bool { database.isInsideTransaction }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> Int {
        do {
            let before = database.totalChangesCount
            let statement = try prepare(sql, arguments)
            try statement.execute()
            // Statements that change no row leave the previous count standing.
            return database.totalChangesCount == before ? 0 : database.changesCount
        } catch {
            throw EngineFailure(sqlite: error)
        }
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> [SQLRow] {
        do {
            let statement = try prepare(sql, arguments)
            let count = statement.columnCount
            var rows: [SQLRow] = []
            let cursor = try GRDB.Row.fetchCursor(statement)
            while let row = try cursor.next() {
                var values: [SQLValue] = []
                values.reserveCapacity(count)
                for column in 0..<count { values.append(Self.value(row, column)) }
                rows.append(SQLRow(values: values))
            }
            return rows
        } catch {
            throw EngineFailure(sqlite: error)
        }
    }

    func take(_ step: TransactionStep) throws(EngineFailure) {
        do {
            switch step {
            case .begin: try run("BEGIN IMMEDIATE TRANSACTION")
            case .beginReading: try run("BEGIN DEFERRED TRANSACTION")
            case .savepoint: try run("SAVEPOINT body")
            case .nextSavepoint:
                try run("RELEASE SAVEPOINT body")
                try run("SAVEPOINT body")
            case .undoSavepoint:
                try run("ROLLBACK TO SAVEPOINT body")
                try run("RELEASE SAVEPOINT body")
            case .commit: try run("COMMIT TRANSACTION")
            case .rollback: if database.isInsideTransaction { try run("ROLLBACK TRANSACTION") }
            }
        } catch {
            throw EngineFailure(sqlite: error)
        }
    }

    private func run(_ sql: String) throws {
        try database.cachedStatement(sql: sql).execute()
    }

    private func prepare(_ sql: String, _ arguments: [SQLValue]) throws -> Statement {
        let statement = try database.cachedStatement(sql: sql)
        let values: [(any DatabaseValueConvertible)?] = arguments.map(Self.databaseValue)
        try statement.setArguments(StatementArguments(values))
        return statement
    }

    private static func databaseValue(_ value: SQLValue) -> DatabaseValue {
        switch value {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    private static func value(_ row: GRDB.Row, _ column: Int) -> SQLValue {
        let value: DatabaseValue = row[column]
        switch value.storage {
        case .null: return .null
        case .int64(let number): return .integer(number)
        case .double(let number): return .real(number)
        case .string(let text): return .text(text)
        case .blob(let data): return .blob([UInt8](data))
        }
    }
}

extension EngineFailure {
    /// What SQLite's result codes mean to a store. Source: https://www.sqlite.org/rescode.html
    init(sqlite error: any Error) {
        guard let error = error as? DatabaseError else {
            self.init(error: .engine(code: "sqlite", message: String(describing: error)))
            return
        }
        let message = error.message ?? "SQLite answered \(error.extendedResultCode)."
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            self.init(error: .conflict(message))
            return
        default:
            break
        }
        switch error.resultCode {
        case .SQLITE_FULL: self.init(error: .full(message))
        // SQLite has waited for the busy timeout already.
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_CANTOPEN, .SQLITE_INTERRUPT:
            self.init(error: .unavailable(message))
        case .SQLITE_READONLY: self = .readOnly
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self.init(error: .corrupt(message))
        default: self.init(error: .engine(code: "sqlite_\(error.extendedResultCode.rawValue)", message: message))
        }
    }
}
