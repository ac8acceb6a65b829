import ArgumentParser
import Foundation
import Server

/// `firebreak doctor`.
struct DoctorCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at an installation and say what is wrong with it; changes nothing.",
        discussion: """
            Exits with 1 when something is wrong.

            EXAMPLE
              firebreak doctor --data /var/lib/firebreak
            """)

    @OptionGroup var settings: SettingOptions

    @Flag(help: "One JSON document on standard output.")
    var json = false

    func run() async throws {
        let findings = await Doctor(sources: try settings.sources).findings()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(findings), as: UTF8.self))
        } else {
            for finding in findings {
                let mark =
                    switch finding.level {
                    case .good: "ok  "
                    case .warning: "note"
                    case .bad: "BAD "
                    }
                print("\(mark)  \(finding.name.padding(toLength: 16, withPad: " ", startingAt: 0)) \(finding.detail)")
            }
        }
        if findings.contains(where: { $0.level == .bad }) { throw ExitCode(1) }
    }
}
