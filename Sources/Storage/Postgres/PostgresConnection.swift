import CPostgres

/// One libpq connection with its prepared statements; used by one thread at a time.
final class PostgresConnection {
    private let handle: OpaquePointer
    private var statements: [Signature: Statement] = [:]
    private let capacity: Int
    private var made = 0
    private var turn = 0

    /// A text prepared for arguments of certain types is another statement than the same text for others.
    private struct Signature: Hashable {
        var sql: String
        var types: [Oid]
    }

    private struct Statement {
        var name: String
        var lastUse: Int
    }

    /// Why libpq cannot read a connection string; `nil` where it can.
    static func objection(to target: String) -> String? {
        var message: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(target, &message)
        defer {
            PQconninfoFree(parsed)
            PQfreemem(message)
        }
        if parsed != nil { return nil }
        // libpq's own sentence may repeat the password.
        return "The PostgreSQL connection string cannot be read; write host=… dbname=… or postgresql://…"
    }

    init(_ target: String, _ options: PostgresDatabase.Options, isWriter: Bool) throws(StoreError) {
        // What stands after `dbname` cannot be overridden by the string in it, what stands before can.
        let parameters = [
            ("connect_timeout", "5"), ("tcp_user_timeout", "30000"), ("keepalives_idle", "30"),
            ("target_session_attrs", isWriter ? "read-write" : "any"), ("fallback_application_name", "firebreak"),
            ("dbname", target), ("client_encoding", "UTF8"),
        ]
        guard let handle = Self.connect(parameters) else {
            throw .unavailable("libpq has no memory for a connection.")
        }
        self.handle = handle
        capacity = max(1, options.statementCache)
        guard PQstatus(handle) == CONNECTION_OK else {
            throw .unavailable("PostgreSQL cannot be reached: \(Self.sentence(PQerrorMessage(handle)))")
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        guard PQserverVersion(handle) >= 130_000 else {
            throw .engine(code: "postgres_too_old", message: "PostgreSQL 13 or newer is needed.")
        }
        guard Self.text(PQparameterStatus(handle, "server_encoding")) == "UTF8" else {
            throw .engine(code: "postgres_encoding", message: "The PostgreSQL database must have the encoding UTF8.")
        }
        do throws(EngineFailure) {
            try run(
                """
                SET synchronous_commit = on; SET statement_timeout = \(options.statementTimeout);
                SET lock_timeout = \(options.lockTimeout);
                SET idle_in_transaction_session_timeout = \(options.silenceTimeout); SET standard_conforming_strings = on;
                SET default_transaction_isolation = 'read committed'; SET default_transaction_deferrable = off
                """)
        } catch {
            throw error.error
        }
    }

    deinit {
        PQfinish(handle)
    }

    var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }

    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// Runs statements without arguments, several parted by semicolons, and answers the last one's command tag.
    @discardableResult
    func run(_ sql: String) throws(EngineFailure) -> String {
        try checked(PQexec(handle, sql)).tag
    }

    /// Runs one statement, prepared before or now.
    func run(_ sql: String, _ arguments: PostgresArguments) throws(EngineFailure) -> PostgresResult {
        let name = try prepared(sql, arguments.types)
        let count = Int32(arguments.types.count)
        let answer = arguments.withPointers { values, lengths, formats in
            PQexecPrepared(handle, name, count, values, lengths, formats, 1)
        }
        do throws(EngineFailure) {
            return try checked(answer)
        } catch {
            // A table changed under a prepared statement, or a proxy lost it: begin anew with all of them.
            if error.isStalePlan { forgetStatements() }
            throw error
        }
    }

    private func prepared(_ sql: String, _ types: [Oid]) throws(EngineFailure) -> String {
        turn += 1
        let signature = Signature(sql: sql, types: types)
        if let index = statements.index(forKey: signature) {
            statements.values[index].lastUse = turn
            return statements.values[index].name
        }
        if statements.count >= capacity, let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            try run("DEALLOCATE \(oldest.value.name)")
            statements[oldest.key] = nil
        }
        made += 1
        let name = "s\(made)"
        _ = try checked(PQprepare(handle, name, SQLToken.numbered(sql), Int32(types.count), types))
        statements[signature] = Statement(name: name, lastUse: turn)
        return name
    }

    private func forgetStatements() {
        // The names are not used again, so that what the server still holds of them does no harm.
        statements = [:]
    }

    private func checked(_ answer: OpaquePointer?) throws(EngineFailure) -> PostgresResult {
        guard let answer else {
            throw EngineFailure(postgresLost: Self.sentence(PQerrorMessage(handle)))
        }
        let result = PostgresResult(answer)
        if result.isSuccess { return result }
        throw result.failure(isBroken: isBroken)
    }

    private static func connect(_ parameters: [(String, String)]) -> OpaquePointer? {
        var bytes: [CChar] = []
        var places: [(Int, Int)] = []
        for (key, value) in parameters {
            let start = bytes.count
            bytes += key.utf8CString
            places.append((start, bytes.count))
            bytes += value.utf8CString
        }
        return bytes.withUnsafeBufferPointer { buffer in
            let base = buffer.baseAddress
            let keys = places.map { place in base.map { $0 + place.0 } } + [nil]
            let values = places.map { place in base.map { $0 + place.1 } } + [nil]
            return PQconnectdbParams(keys, values, 1)
        }
    }

    static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    /// The first line of a libpq message.
    static func sentence(_ pointer: UnsafePointer<CChar>?) -> String {
        text(pointer).split(separator: "\n").first.map(String.init) ?? "no reason given"
    }
}
