import ArgumentParser

@main
struct Firebreak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "firebreak", subcommands: [Serve.self])
}
