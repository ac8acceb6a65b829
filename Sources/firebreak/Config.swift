import ArgumentParser
import Foundation
import Server

/// `firebreak config`.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the settings in force, or the page that explains them.",
        discussion: """
            EXAMPLE
              firebreak config show --config firebreak.yaml
            """, subcommands: [Show.self, Page.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the settings in force as a configuration file, secrets redacted.",
            discussion: """
                EXAMPLE
                  firebreak config show --config firebreak.yaml
                """)

        @OptionGroup var settings: SettingOptions

        @Flag(help: "One JSON document on standard output.")
        var json = false

        func run() async throws {
            let configuration = try await settings.sources.load()
            if json {
                let values = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.name, $0.shown(configuration)) })
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                print(String(decoding: try encoder.encode(values), as: UTF8.self))
                return
            }
            for setting in Setting.all {
                let value = setting.shown(configuration)
                print(value.isEmpty ? "# \(setting.name): (default)" : "\(setting.name): \(value)")
            }
        }
    }

    struct Page: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the page about all settings (Markdown).",
            discussion: """
                EXAMPLE
                  firebreak config page > Documentation/Configuration.md
                """)

        func run() async throws {
            print(ConfigurationPage.markdown(), terminator: "")
        }
    }
}
