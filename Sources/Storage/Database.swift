/// The port to what remembers: short synchronous bodies, each one transaction.
///
/// A body may run more than once (a lost connection, a serialization conflict, a failed group commit), so it changes
/// nothing but the database. It never awaits and never reads a clock or a random generator: hand those in.
public protocol Database: Sendable {
    /// Runs a body on a consistent view that sees every write committed before the call.
    ///
    /// Throws what the body throws, and `StoreError` for the engine's own troubles.
    func read<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T

    /// Runs a body as one transaction: all of it is durable when this returns, or none of it ever happened.
    ///
    /// Bodies of concurrent callers share one commit; one that throws is undone alone.
    /// Audit records that the body appended are chained just before the shared commit. Throws as `read` does.
    @discardableResult
    func write<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T

    var engine: DatabaseEngine { get }

    /// Finishes what is under way and closes.
    func close() async
}

public enum DatabaseEngine: String, Sendable, CaseIterable {
    case sqlite, postgres
}

/// One connection inside one body. Not to be kept.
public protocol SQLConnection: AnyObject {
    /// Runs a statement with `?` placeholders and answers how many rows it changed. Statements are prepared once and cached.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> Int

    /// Runs a query (or a statement with `RETURNING`) and answers its rows, columns in order.
    func query(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> [SQLRow]

    /// Hands over a record for the audit log. It gets its number and its hash when the transaction commits, and is gone
    /// if the body throws. Inside `read` this throws `StoreError.engine`.
    func append(_ record: AuditRecord) throws(StoreError)

    var engine: DatabaseEngine { get }
}

extension SQLConnection {
    @discardableResult
    public func execute(_ sql: String) throws(StoreError) -> Int { try execute(sql, []) }
    public func query(_ sql: String) throws(StoreError) -> [SQLRow] { try query(sql, []) }
}

/// A value that both engines keep alike.
public enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A row by column position. The typed readers throw `StoreError.corrupt` where the value is of another type.
public struct SQLRow: Sendable {
    public let values: [SQLValue]

    public init(values: [SQLValue]) {
        self.values = values
    }
}

public enum StoreError: Error, Hashable, Sendable {
    /// The row changed since it was read, or a unique value exists already; reload and decide again.
    case conflict(String)
    case notFound(String)
    /// The disk or the quota is full.
    case full(String)
    /// The database cannot be reached or is too busy; the same call may succeed later.
    case unavailable(String)
    /// The stored schema is newer than this binary.
    case newerSchema(found: Int, known: Int)
    /// A stored value is not what the schema says.
    case corrupt(String)
    /// Anything else that the engine answered; a defect.
    case engine(code: String, message: String)
}
