import ArgumentParser
import Client

struct BankPromote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Put a bank to work.",
        discussion: """
            EXAMPLES
              firebreak bank promote known-propaganda --to shadow    (matches are recorded, without effect)
              firebreak bank promote known-propaganda                (matches take effect)
            """)

    enum Goal: String, ExpressibleByArgument, CaseIterable {
        case shadow, live
    }

    @Argument(help: "The bank's name or id.") var bank: String
    @Option(help: "Where to.") var to = Goal.live
    @OptionGroup var options: BankOptions

    func run() async throws {
        try await BankMove(bank: bank, state: to.rawValue, options: options).run()
    }
}

struct BankPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Take a live bank out of effect at once; its matches are still recorded.",
        discussion: """
            EXAMPLE
              firebreak bank pause known-propaganda
            """)

    @Argument(help: "The bank's name or id.") var bank: String
    @OptionGroup var options: BankOptions

    func run() async throws {
        try await BankMove(bank: bank, state: "paused", options: options).run()
    }
}

/// One step from state to state.
private struct BankMove {
    var bank: String
    var state: String
    var options: BankOptions

    func run() async throws {
        let (reference, goal) = (bank, state)
        let moved = try await options.server.call { client in
            let bank = try await client.bank(reference)
            // Asking for what is already so is no mistake.
            guard bank.state != goal else { return bank }
            return try await client.changeBank(bank.id, BankChange(state: goal))
        }
        let terminal = Terminal.current
        if options.json { return terminal.print(try JSONLine.text(moved)) }
        terminal.print("Bank \(moved.name) is \(moved.state).")
    }
}
