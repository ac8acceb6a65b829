import ArgumentParser
import Client

struct BankSuspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Take entries out of effect for the time being.",
        discussion: """
            EXAMPLE
              firebreak bank suspend leaflets ent_01j… --reason "under appeal"
            """)

    @OptionGroup var move: EntryMoveOptions
    @Option(help: "Why, for the record.") var reason: String

    func run() async throws {
        try await move.each { try await $0.suspendEntry($1, in: $2, reason: reason) }
    }
}

struct BankResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Put suspended entries back into effect.",
        discussion: """
            EXAMPLE
              firebreak bank resume leaflets ent_01j…
            """)

    @OptionGroup var move: EntryMoveOptions

    func run() async throws {
        try await move.each { try await $0.resumeEntry($1, in: $2) }
    }
}

struct BankRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Withdraw entries for good; the record keeps that they were there, and why not.",
        discussion: """
            EXAMPLE
              firebreak bank remove leaflets ent_01j… --reason "a news report"
            """)

    @OptionGroup var move: EntryMoveOptions
    @Option(help: "Why, for the record.") var reason: String

    func run() async throws {
        try await move.each { try await $0.retractEntry($1, in: $2, reason: reason) }
    }
}

/// Which entries of which bank.
struct EntryMoveOptions: ParsableArguments {
    @Argument(help: "The bank's name or id.") var bank: String
    @Argument(help: ArgumentHelp("Ids of entries.", valueName: "entry")) var entries: [String]
    @OptionGroup var options: BankOptions

    /// Does the same to each entry, in order, and tells its new state; ends at the first that is refused.
    func each(
        _ step: (_ client: FirebreakClient, _ entry: String, _ bank: String) async throws -> EntryDocument
    ) async throws {
        let (terminal, json) = (Terminal.current, options.json)
        try await options.server.call { client in
            let bank = try await client.bank(self.bank)
            for id in entries {
                let entry = try await step(client, id, bank.id)
                terminal.print(json ? try JSONLine.text(entry) : "\(entry.id)  \(entry.state)")
            }
        }
    }
}
