import ArgumentParser
import Foundation
import Server

/// `firebreak migrate`.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to this program's.",
        discussion: """
            EXAMPLE
              firebreak migrate --data /var/lib/firebreak --dry-run
            """)

    @OptionGroup var settings: SettingOptions

    @Flag(help: "Say what is missing and change nothing.")
    var dryRun = false

    @Flag(help: "Print the schema that the migrations make, and nothing else.")
    var schema = false

    @Flag(help: "One JSON document on standard output.")
    var json = false

    func run() async throws {
        if schema {
            print(try await MigrateCommand.schema(), terminator: "")
            return
        }
        let report = try await MigrateCommand(sources: try settings.sources).run(dryRun: dryRun)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else if report.applied.isEmpty {
            print("schema \(report.from): nothing to do")
        } else {
            let verb = dryRun ? "would apply" : "applied"
            print("schema \(report.from): \(verb) \(report.applied.map(String.init).joined(separator: ", "))")
        }
    }
}
