import API
import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import Matching
import MediaWorker
import Metrics
import Moderation
import NIOCore
import Operations
import ServiceLifecycle
import Storage
import UnixSignals

/// Joins the live parts into one process, and runs it.
///
/// The order is the order of need: data directory, database, media workers, the operations over them; then, side by side
/// until the process is told to stop, the index, the job desk, the housekeeping and the HTTP server.
public struct FirebreakServer: Sendable {
    let configuration: ServerConfiguration
    let logger: Logger

    public init(configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT, then answers what is under way and stops in order.
    public func run() async throws {
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let directory = try DataDirectory(path: configuration.data)
        let database = try OpenDatabase(configuration, directory.paths).open()
        let applied = try await Migrator().run(database, now: Self.now().milliseconds)
        if !applied.isEmpty { logger.notice("schema migrated", metadata: ["to": "\(applied.last ?? 0)"]) }
        let workers = try await startWorkers()
        let installation = try makeInstallation(directory, database, workers)
        try await prepare(installation, directory)
        let desk = JobDesk(installation, width: configuration.mediaWorkers * 2)
        let gauges = Gauges(installation: installation, registry: registry)
        let api = FirebreakAPI(installation: installation, desk: desk) { await gauges.text() }
        let server = Application(
            router: api.router(), server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
                let url = "http://\(host):\(port)"
                do {
                    try directory.announce(url: url)
                    logger.notice("listening", metadata: ["url": "\(url)"])
                } catch {
                    logger.error("server.json cannot be written", metadata: ["error": "\(error)"])
                }
            },
            logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: DeskService(desk: desk)),
                    .init(service: IndexFollower(index: installation.index)),
                    .init(service: IndexUpkeep(index: installation.index)),
                    .init(service: Housekeeping(installation: installation)),
                    .init(service: server),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        defer { directory.withdraw() }
        try await group.run()
        await workers.stop()
        await database.close()
        logger.notice("stopped")
    }

    private func startWorkers() async throws -> MediaWorkerPool {
        let pool = MediaWorkerPool(
            executable: try configuration.workerExecutable(), count: configuration.mediaWorkers,
            limits: WorkerLimits())
        try await pool.start()
        return pool
    }

    private func makeInstallation(
        _ directory: DataDirectory, _ database: any Database, _ workers: MediaWorkerPool
    ) throws -> Installation {
        let index = LiveIndex(
            database: database, logger: logger, stalenessLimit: configuration.indexStaleness,
            snapshotDirectory: directory.paths.index, now: Self.now)
        return Installation(
            database: database, index: index,
            analyser: WorkerAnalyser(pool: workers, wanted: configuration.mediaWorkers),
            spool: try Spool(directory: directory.paths.spool, node: directory.node),
            settings: OperationSettings(
                failMode: configuration.failMode, maximumUpload: configuration.maximumUpload,
                frameInterval: configuration.frameInterval, analysisAttempts: configuration.analysisAttempts),
            clock: Self.now, node: directory.node, logger: logger)
    }

    /// What is done once, before anything is served.
    private func prepare(_ installation: Installation, _ directory: DataDirectory) async throws {
        let recovered = try await RecoverWork(installation).recover()
        if recovered.jobs > 0 || recovered.orphans > 0 {
            logger.notice(
                "recovered", metadata: ["jobs": "\(recovered.jobs)", "orphaned_uploads": "\(recovered.orphans)"])
        }
        let preparation = PrepareInstallation(installation)
        let platform = try await preparation.defaultPlatform()
        let made = try await preparation.firstKey(
            on: platform, keep: { try directory.keep(firstKey: $0) }, drop: { directory.dropFirstKey() })
        if made != nil {
            logger.notice("first admin key made", metadata: ["file": "\(directory.paths.firstKey)"])
        }
    }

    static let now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
    }
}

/// The media workers as operations see them.
struct WorkerAnalyser: MediaAnalyser {
    let pool: MediaWorkerPool
    let wanted: Int

    func analyse(descriptor: Int32, options: AnalysisOptions) async throws(AnalysisFailure) -> Analysis {
        try await pool.analyse(descriptor: descriptor, options: options)
    }

    var health: AnalyserHealth {
        let health = pool.health
        return AnalyserHealth(wanted: wanted, alive: health.alive, crashes: health.failures)
    }
}
