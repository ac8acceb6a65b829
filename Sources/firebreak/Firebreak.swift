import ArgumentParser

@main
struct Firebreak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "firebreak", subcommands: [Serve.self, Migrate.self, DoctorCheck.self, Config.self, OpenAPI.self])
}
