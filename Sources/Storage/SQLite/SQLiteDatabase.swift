import Dispatch
import Foundation
import GRDB

/// The embedded engine: one file in WAL mode, many readers, one writer that groups commits.
///
/// `synchronous=FULL`: what a write has answered survives a loss of power. Foreign keys are enforced. Another process
/// may read the file at the same time; a second writer waits up to `busyTimeout`.
public final class SQLiteDatabase: Database {
    public struct Options: Sendable {
        /// Threads that read, each with a connection of its own.
        public var readers = min(4, max(2, ProcessInfo.processInfo.activeProcessorCount))
        /// Seconds that a write waits for another process's write.
        public var busyTimeout: Double = 5
        /// Page cache of each connection, in KiB.
        public var cacheKiB = 32_768
        /// The log is copied into the file whenever it has this many pages of 4 KiB; more is faster, and longer to reopen
        /// after a crash.
        public var checkpointPages = 8_000
        /// The file may not grow beyond this many pages of 4 KiB; a write past it throws `StoreError.full`.
        public var maximumPages: Int?

        public init() {}
    }

    private let writer: DatabaseQueue
    private let committer: GroupCommitter
    private let readers: ReaderPool
    private let connections: [DatabaseQueue]

    public var engine: DatabaseEngine { .sqlite }

    /// Opens a file, and makes it where there is none. Throws `StoreError`.
    public convenience init(path: String, options: Options = Options()) throws {
        do {
            var configuration = Self.configuration(options)
            configuration.journalMode = .wal
            let writer = try DatabaseQueue(path: path, configuration: configuration)
            try writer.inDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // What a savepoint may have to restore is kept in memory; otherwise it is written to a temporary file.
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
                try database.execute(sql: "PRAGMA wal_autocheckpoint = \(options.checkpointPages)")
                if let pages = options.maximumPages {
                    try database.execute(sql: "PRAGMA max_page_count = \(pages)")
                }
            }
            configuration.readonly = true
            configuration.journalMode = .default
            let readers = try (0..<max(1, options.readers)).map { _ in
                try DatabaseQueue(path: path, configuration: configuration)
            }
            self.init(writer: writer, readers: readers)
        } catch {
            throw EngineFailure(sqlite: error).error
        }
    }

    /// A database that lives in memory and dies with this value, for tests. Reads and writes take turns.
    public static func inMemory(options: Options = Options()) throws -> SQLiteDatabase {
        do {
            return SQLiteDatabase(writer: try DatabaseQueue(configuration: configuration(options)), readers: [])
        } catch {
            throw EngineFailure(sqlite: error).error
        }
    }

    /// - Parameter readers: each belongs to one reading thread; none where the writer's connection is the only one.
    private init(writer: DatabaseQueue, readers: [DatabaseQueue]) {
        self.writer = writer
        connections = readers
        committer = GroupCommitter(label: "sqlite.write") { body throws(StoreError) in
            writer.inDatabase { database in body(SQLiteSession(database)) }
        }
        let label = "sqlite.read"
        self.readers =
            if readers.isEmpty {
                ReaderPool(label: label, width: 1) { _, body throws(StoreError) in
                    do {
                        try writer.read { database in body(SQLiteSession(database)) }
                    } catch {
                        throw EngineFailure(sqlite: error).error
                    }
                }
            } else {
                ReaderPool(label: label, width: readers.count) { worker, body throws(StoreError) in
                    try Self.read(readers[worker], body)
                }
            }
    }

    private static func read(_ queue: DatabaseQueue, _ body: (any EngineSession) -> Void) throws(StoreError) {
        let failure = queue.inDatabase { database -> EngineFailure? in
            let session = SQLiteSession(database)
            do throws(EngineFailure) {
                try session.take(.beginReading)
                body(session)
                try session.take(.rollback)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure.error }
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
        for connection in connections { try? connection.close() }
        try? writer.close()
    }

    /// Copies the database to a new file while it is read and written; the copy is one consistent state.
    ///
    /// Refuses a path that exists (`StoreError.conflict`). The copy is complete and on disk when this returns.
    public func backup(to path: String) async throws {
        let writer = writer
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(with: Result { try Self.copy(writer, to: path) })
            }
        }
    }

    private static func copy(_ writer: DatabaseQueue, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw StoreError.conflict("\(path) exists already; a backup never overwrites.")
        }
        do {
            let target = try DatabaseQueue(path: path)
            try target.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try writer.backup(to: target)
            try target.close()
        } catch {
            throw EngineFailure(sqlite: error).error
        }
    }

    private static func configuration(_ options: Options) -> Configuration {
        var configuration = Configuration()
        configuration.label = "firebreak"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(options.busyTimeout)
        configuration.observesSuspensionNotifications = false
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -\(options.cacheKiB)")
        }
        return configuration
    }
}
