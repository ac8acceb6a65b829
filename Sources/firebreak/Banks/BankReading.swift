import ArgumentParser
import Client
import Foundation

struct BankList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All banks.",
        discussion: """
            EXAMPLE
              firebreak bank list --json
            """)

    @OptionGroup var options: BankOptions

    func run() async throws {
        let banks = try await options.server.call { try await $0.banks() }
        let terminal = Terminal.current
        if options.json { return terminal.print(try JSONLine.text(banks)) }
        guard !banks.isEmpty else { return terminal.print("No banks yet; firebreak bank create makes one.") }
        var table = TextTable(["NAME", "PURPOSE", "STATE", "APPROVAL", "ROLLOUT", "HARM", "ID"], rightAligned: [4])
        for bank in banks {
            table.add([
                .init(bank.name, .bold), .init(bank.purpose), BankText.state(bank.state), .init(bank.approval),
                .init(Quantity.share(bank.rolloutRatio)), .init(bank.harm ?? "-"), .init(bank.id, .dim),
            ])
        }
        terminal.print(table.text(terminal))
    }
}

struct BankShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One bank: its settings and how many entries it has.",
        discussion: """
            EXAMPLE
              firebreak bank show known-propaganda --entries
            """)

    @Argument(help: "The bank's name or id.") var bank: String
    @Flag(help: "List the entries too.") var entries = false
    @OptionGroup var options: BankOptions

    /// The document that `--json` prints.
    struct Document: Encodable {
        var bank: BankDocument
        var entries: [EntryDocument]?
    }

    func run() async throws {
        let (reference, wantsEntries) = (bank, entries)
        let document = try await options.server.call { client in
            let bank = try await client.bank(reference)
            return Document(bank: bank, entries: wantsEntries ? try await client.entries(of: bank.id) : nil)
        }
        let terminal = Terminal.current
        if options.json { return terminal.print(try JSONLine.text(document)) }
        terminal.print(BankText.facts(document.bank, terminal))
        guard let entries = document.entries else { return }
        var table = TextTable(["ENTRY", "STATE", "SOURCE", "LABELS", "NOTE", "PROPOSED BY", "APPROVED BY"])
        for entry in entries {
            table.add([
                .init(entry.id), BankText.state(entry.state), .init(entry.sourceReference ?? entry.source),
                .init(entry.labels.joined(separator: ",")), .init(entry.note ?? ""), .init(entry.proposer, .dim),
                .init(entry.approver ?? "", .dim),
            ])
        }
        if !table.isEmpty { terminal.print("\n" + table.text(terminal)) }
    }
}

/// Banks as text for people.
enum BankText {
    static func state(_ state: String) -> TextTable.Cell {
        switch state {
        case "live", "active": .init(state, .green)
        case "paused", "suspended", "proposed", "shadow": .init(state, .yellow)
        default: .init(state)
        }
    }

    static func facts(_ bank: BankDocument, _ terminal: Terminal) -> String {
        let thresholds = bank.thresholds
        var rows: [(String, String)] = [
            ("name", bank.name), ("id", bank.id), ("purpose", bank.purpose), ("state", bank.state),
            ("approval", bank.approval == "second" ? "second (another key approves each entry)" : bank.approval),
            ("rollout", Quantity.share(bank.rolloutRatio)),
        ]
        if let harm = bank.harm { rows.append(("harm", harm)) }
        if let distance = thresholds.pdqDistance, let quality = thresholds.pdqQuality {
            rows.append(("pictures", "at most \(distance) of 256 bits apart, quality at least \(quality)"))
        }
        if let seconds = thresholds.videoSeconds, let share = thresholds.videoShare {
            rows.append(
                ("videos", "at least \(Quantity.decimal(seconds, 1)) s, or \(Quantity.share(share)) of the shorter"))
        }
        if let rate = thresholds.audioErrorRate, let seconds = thresholds.audioSeconds {
            rows.append(
                (
                    "sound",
                    "at least \(Quantity.decimal(seconds, 1)) s with at most \(Quantity.share(rate)) of bits apart"
                )
            )
        }
        rows.append(("created", bank.createdAt))
        if let entries = bank.entries {
            let counts = entries.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            rows.append(("entries", counts.isEmpty ? "none" : counts.joined(separator: ", ")))
        }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, value in
            terminal.styled(name.padding(toLength: width, withPad: " ", startingAt: 0), .dim) + "  "
                + Printable.text(value)
        }.joined(separator: "\n")
    }
}
