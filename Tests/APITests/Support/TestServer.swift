import API
import Fingerprints
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Matching
import MediaWorker
import Moderation
import Operations
import Storage
import Synchronization
import TestPostgres
import Testing

/// The whole server short of its sockets: a real database of its own, the real media worker, the real index.
struct TestServer: Sendable {
    let installation: Installation
    let desk: JobDesk
    let client: any TestClientProtocol
    let adminSecret: String
    let platform: Platform
    let directory: String
    let clock: ManualClock

    /// Runs `body` against a fresh server. `analyser` stands in for the media worker where a test needs a sick one.
    @discardableResult
    static func run<Value: Sendable>(
        on engine: TestEngine = .sqlite, settings: OperationSettings = OperationSettings(),
        analyser: (any MediaAnalyser)? = nil, loadIndex: Bool = true,
        _ body: @Sendable @escaping (TestServer) async throws -> Value
    ) async throws -> Value {
        let directory = NSTemporaryDirectory() + "firebreak-api-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await run(
            in: directory, on: engine, settings: settings, analyser: analyser, loadIndex: loadIndex, body)
    }

    /// Runs `body` against a server over a directory that may hold an earlier server's data.
    @discardableResult
    static func run<Value: Sendable>(
        in directory: String, on engine: TestEngine = .sqlite, settings: OperationSettings = OperationSettings(),
        analyser: (any MediaAnalyser)? = nil, loadIndex: Bool = true, runsJobs: Bool = true, node: String = "test-node",
        _ body: @Sendable @escaping (TestServer) async throws -> Value
    ) async throws -> Value {
        let clock = ManualClock()
        let database = try await openDatabase(in: directory, on: engine)
        _ = try await Migrator().run(database, now: clock.now.milliseconds)
        let worker = WorkerForTests()
        if analyser == nil { try await worker.pool.start() }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let index = LiveIndex(database: database, logger: logger, stalenessLimit: 3_600_000) { clock.now }
        let installation = Installation(
            database: database, index: index, analyser: analyser ?? worker,
            spool: try Spool(directory: directory + "/spool", node: node), settings: settings,
            clock: { clock.now },
            node: node, logger: logger)
        _ = try await RecoverWork(installation).recover()
        let preparation = PrepareInstallation(installation)
        let platform = try await preparation.defaultPlatform()
        let keyFile = directory + "/admin.key"
        if let secret = try await preparation.firstKey(on: platform) {
            try secret.write(toFile: keyFile, atomically: true, encoding: .utf8)
        }
        let secret = try String(contentsOfFile: keyFile, encoding: .utf8)
        if loadIndex { try await index.load() }
        let desk = JobDesk(installation, width: 4)
        let application = Application(
            router: FirebreakAPI(installation: installation, desk: desk) { "firebreak_up 1\n" }.router(), logger: logger
        )
        async let running: Void = runsJobs ? desk.run() : ()
        let value = try await application.test(.router) { client in
            try await body(
                TestServer(
                    installation: installation, desk: desk, client: client, adminSecret: secret, platform: platform,
                    directory: directory, clock: clock))
        }
        desk.stop()
        await running
        if analyser == nil { await worker.pool.stop() }
        await database.close()
        return value
    }
}

extension TestServer {
    /// The database that belongs to a directory: a file in it, or a PostgreSQL schema that a file in it names.
    private static func openDatabase(in directory: String, on engine: TestEngine) async throws -> any Database {
        switch engine {
        case .sqlite: return try SQLiteDatabase(path: directory + "/firebreak.sqlite")
        case .postgres:
            let file = directory + "/schema"
            if let known = try? String(contentsOfFile: file, encoding: .utf8) { return try PostgresDatabase(known) }
            let schema = try await PostgresServer.shared().newSchema()
            try schema.write(toFile: file, atomically: true, encoding: .utf8)
            return try PostgresDatabase(schema)
        }
    }
}

/// A clock that moves on a millisecond at each look, and further when told.
final class ManualClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_795_000_000_000)

    var now: Timestamp {
        milliseconds.withLock {
            $0 += 1
            return Timestamp(milliseconds: $0)
        }
    }

    func advance(milliseconds step: Int64) {
        milliseconds.withLock { $0 += step }
    }
}

/// The real media worker, from the folder of the test program.
struct WorkerForTests: MediaAnalyser {
    let pool = MediaWorkerPool(executable: Self.executable, count: 1)

    static var executable: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("firebreak-media-worker")
            .path
    }

    func analyse(descriptor: Int32, options: AnalysisOptions) async throws(AnalysisFailure) -> Analysis {
        try await pool.analyse(descriptor: descriptor, options: options)
    }

    var health: AnalyserHealth { AnalyserHealth(wanted: 1, alive: pool.health.alive, crashes: pool.health.failures) }
}

/// An analyser that fails in one way, a number of times or always, and counts.
final class FailingAnalyser: MediaAnalyser {
    private let failure: AnalysisFailure
    private let count = Mutex(0)

    init(_ failure: AnalysisFailure) {
        self.failure = failure
    }

    var calls: Int { count.withLock { $0 } }

    func analyse(descriptor: Int32, options: AnalysisOptions) async throws(AnalysisFailure) -> Analysis {
        count.withLock { $0 += 1 }
        throw failure
    }

    var health: AnalyserHealth { AnalyserHealth(wanted: 1, alive: 0, crashes: calls) }
}
