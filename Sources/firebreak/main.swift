import ArgumentParser

struct Firebreak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "firebreak", subcommands: [Serve.self])
}

await Firebreak.main(nil)
