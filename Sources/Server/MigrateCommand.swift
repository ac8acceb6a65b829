import Foundation
import Moderation
import Storage

/// Brings the schema up to this program's.
public struct MigrateCommand: Sendable {
    let sources: ConfigurationSources

    public init(sources: ConfigurationSources) {
        self.sources = sources
    }

    /// What was there, and what was done.
    public struct Report: Hashable, Sendable, Encodable {
        public var from: Int
        public var to: Int
        /// The numbers of the migrations that were applied, or would be.
        public var applied: [Int]
        public var isDryRun: Bool
    }

    /// Applies what is missing, all or nothing a migration; with `dryRun` only says what is missing.
    public func run(dryRun: Bool) async throws -> Report {
        let configuration = try await sources.load()
        let directory = try DataDirectory(path: configuration.data)
        let database = try OpenDatabase(configuration, directory.paths).open()
        let from = try await Migrator.version(database)
        let missing = Migration.all.map(\.number).filter { $0 > from }
        let applied = dryRun ? missing : try await Migrator().run(database, now: FirebreakServer.now().milliseconds)
        let to = dryRun ? from : try await Migrator.version(database)
        await database.close()
        return Report(from: from, to: to, applied: applied, isDryRun: dryRun)
    }

    /// The schema that the migrations make, as SQL text.
    public static func schema() async throws -> String { try await SchemaText.current() }
}
