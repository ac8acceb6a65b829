import ArgumentParser
import Foundation
import Server

/// `firebreak serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server: HTTP API, media workers, index.",
        discussion: """
            EXAMPLE
              firebreak serve --data /var/lib/firebreak --listen 127.0.0.1:8080
            """)

    @OptionGroup var settings: SettingOptions

    func run() async throws {
        try await ServeCommand(sources: settings.sources).run()
    }
}

/// The flags of everything that reads the configuration.
struct SettingOptions: ParsableArguments {
    @Option(help: "The configuration file (YAML).")
    var config: String?

    @Option(help: "Where the server listens: host:port.")
    var listen: String?

    @Option(help: "The data directory.")
    var data: String?

    @Option(help: "The database's URL; left out, the embedded one.")
    var database: String?

    @Option(name: .customLong("set"), help: "Another setting, as name=value; see “firebreak config show”.")
    var others: [String] = []

    var sources: ConfigurationSources {
        get throws {
            var flags: [String: String] = [:]
            for other in others {
                guard let equals = other.firstIndex(of: "=") else {
                    throw ValidationError("--set takes name=value, not “\(other)”.")
                }
                flags[String(other[..<equals])] = String(other[other.index(after: equals)...])
            }
            for (name, value) in [("listen", listen), ("data", data), ("database", database)] {
                if let value { flags[name] = value }
            }
            let environment = ProcessInfo.processInfo.environment
            return ConfigurationSources(
                file: config ?? environment["FIREBREAK_CONFIG"], environment: environment, flags: flags)
        }
    }
}
