import CPostgres

/// The engine for more than one node: a PostgreSQL server, reached through libpq.
///
/// Each node has one writing connection, on which concurrent writes share commits, and `readers` reading ones. Writes run
/// at READ COMMITTED, with `synchronous_commit` on; reads at REPEATABLE READ, READ ONLY. A lost connection is made again
/// when it is next needed; while the server cannot be reached, calls fail at once with `StoreError.unavailable`, and
/// connecting is tried again after 50 ms, then half as often each time, down to every two seconds.
///
/// A connection that is lost during `COMMIT` leaves the fate of a write unknown. The caller gets
/// `StoreError.unavailable`, and learns by an idempotency key or a version whether the write happened.
public final class PostgresDatabase: Database {
    public struct Options: Sendable {
        /// Connections that read, each with a thread of its own.
        public var readers = 4
        /// Milliseconds that one statement may take before it is given up as unavailable.
        public var statementTimeout = 30_000
        /// Milliseconds that one statement may wait for a lock.
        public var lockTimeout = 10_000
        /// Milliseconds after which PostgreSQL ends a transaction whose node has fallen silent, so that a node that hangs or
        /// lost its network does not keep the others from writing. Less than `lockTimeout`, so that they need not give up.
        public var silenceTimeout = 5_000
        /// Prepared statements that each connection keeps.
        public var statementCache = 256

        public init() {}
    }

    private let committer: GroupCommitter
    private let readers: ReaderPool
    private let slots: [PostgresSlot]

    public var engine: DatabaseEngine { .postgres }

    /// Takes a libpq connection string or URI (`host=… dbname=…`, `postgresql://…`) and does not connect yet.
    ///
    /// Throws `StoreError.engine` where libpq cannot read it. Source: PostgreSQL 15 manual, section 34.1.1.
    public init(_ connection: String, options: Options = Options()) throws {
        if let reason = PostgresConnection.objection(to: connection) {
            throw StoreError.engine(code: "postgres_connection_string", message: reason)
        }
        let writer = PostgresSlot(connection, options, isWriter: true)
        let reading = (0..<max(1, options.readers)).map { _ in PostgresSlot(connection, options, isWriter: false) }
        slots = [writer] + reading
        committer = GroupCommitter(label: "postgres.write") { body throws(StoreError) in
            try writer.use(body)
        }
        readers = ReaderPool(label: "postgres.read", width: reading.count) {
            worker, body throws(StoreError) in
            try reading[worker].read(body)
        }
    }

    public func read<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T {
        try await readers.read(body)
    }

    @discardableResult
    public func write<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T {
        try await committer.write(body)
    }

    public func close() async {
        await committer.close()
        await readers.close()
        for slot in slots { slot.close() }
    }
}
