import CPostgres

/// What the server answered to one statement.
final class PostgresResult {
    private let handle: OpaquePointer

    /// Takes the result over and clears it at the end.
    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    var isSuccess: Bool {
        let status = PQresultStatus(handle)
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY
    }

    /// `COMMIT`, `INSERT 0 3`, …
    var tag: String { PostgresConnection.text(PQcmdStatus(handle)) }

    /// Rows inserted, updated or deleted; 0 for a statement that only reads.
    var changedRows: Int {
        tag.hasPrefix("SELECT") ? 0 : Int(PostgresConnection.text(PQcmdTuples(handle))) ?? 0
    }

    func rows() throws(EngineFailure) -> [SQLRow] {
        let width = PQnfields(handle)
        let types = (0..<width).map { PQftype(handle, $0) }
        var rows: [SQLRow] = []
        rows.reserveCapacity(Int(PQntuples(handle)))
        for row in 0..<PQntuples(handle) {
            var values: [SQLValue] = []
            values.reserveCapacity(types.count)
            for column in 0..<width { values.append(try value(row, column, types[Int(column)])) }
            rows.append(SQLRow(values: values))
        }
        return rows
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) throws(EngineFailure) -> SQLValue {
        if PQgetisnull(handle, row, column) == 1 { return .null }
        let count = Int(PQgetlength(handle, row, column))
        let value: SQLValue? = PQgetvalue(handle, row, column).flatMap { start in
            start.withMemoryRebound(to: UInt8.self, capacity: count) { start in
                PostgresType.value(type, UnsafeBufferPointer(start: start, count: count))
            }
        }
        guard let value else {
            throw EngineFailure(
                error: .engine(
                    code: "postgres_type", message: "Column \(column) is of a type (\(type)) that is not read."))
        }
        return value
    }

    func failure(isBroken: Bool) -> EngineFailure {
        // The codes are PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY.
        let state = PostgresConnection.text(PQresultErrorField(handle, Int32(UInt8(ascii: "C"))))
        let primary = PostgresConnection.text(PQresultErrorField(handle, Int32(UInt8(ascii: "M"))))
        let message = primary.isEmpty ? PostgresConnection.sentence(PQresultErrorMessage(handle)) : primary
        if isBroken || state.isEmpty { return EngineFailure(postgresLost: message) }
        return EngineFailure(sqlState: state, message: message)
    }
}
