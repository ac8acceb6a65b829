import ArgumentParser
import Foundation

/// The command line. Every command is listed here; each has a file of its own.
///
/// Exit codes: 0 done; 1 done, and the answer is "matched" or "not healthy"; 2 wrong usage or bad input; 3 failed.
struct Firebreak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firebreak",
        abstract: "Recognise known images, videos and audio, and keep the record straight.",
        discussion: """
            EXAMPLES
              firebreak demo                          a whole story on sample media, in seconds
              firebreak hash clip.mp4                 fingerprints of a file
              firebreak match --data DIR upload.jpg   is it known?

            EXIT CODES
              0 done · 1 matched, or not healthy · 2 wrong usage or bad input · 3 failed
            """,
        version: BuildFacts.current.line,
        groupedSubcommands: [
            CommandGroup(
                name: "Files",
                subcommands: [HashCommand.self, CompareCommand.self, MatchCommand.self, ScanCommand.self]),
            CommandGroup(name: "Banks and keys", subcommands: [BankCommand.self, KeyCommand.self]),
            CommandGroup(
                name: "The server",
                subcommands: [
                    Serve.self, Migrate.self, DoctorCheck.self, Config.self, OpenAPI.self, VersionCommand.self,
                ]),
        ])
}

/// Where the process begins.
@main
enum Entrance {
    static func main() async {
        do {
            var command = try Firebreak.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let ending = Ending(error)
            ending.tell(Terminal.current)
            exit(ending.code)
        }
    }
}
