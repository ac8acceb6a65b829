import Foundation
import Logging
import Moderation

/// What `firebreak serve` does: read the configuration, set up the log, run the server.
public struct ServeCommand: Sendable {
    let sources: ConfigurationSources

    public init(sources: ConfigurationSources) {
        self.sources = sources
    }

    public func run() async throws {
        let configuration = try await sources.load()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "firebreak")
        logger.logLevel = configuration.logLevel
        if !["127.0.0.1", "::1", "localhost"].contains(configuration.host) {
            logger.warning(
                "listening beyond this machine without TLS; put a reverse proxy that has it in front",
                metadata: ["host": "\(configuration.host)"])
        }
        try await FirebreakServer(configuration: configuration, logger: logger).run()
    }
}
