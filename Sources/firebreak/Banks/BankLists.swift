import ArgumentParser
import Client
import Fingerprints
import Foundation

/// How a list is written.
enum ListKind: String, ExpressibleByArgument, CaseIterable {
    case plain, csv, jsonl
}

struct BankImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take a list of known things into a bank.",
        discussion: """
            Reads plain lists (a value a line, or “type value”), our CSV and JSON Lines; which one is told
            from the list itself, unless --format says it. Nothing is half-imported and nothing taken twice.
            Lines that cannot be used are counted and written to the reject file, with their numbers.

            EXAMPLES
              firebreak bank import known-propaganda hashes.txt --type pdq
              firebreak bank import known-propaganda list.csv --rejects rejected.txt
            """)

    @Argument(help: "The bank's name or id.") var bank: String
    @Argument(help: "The list.") var list: String
    @Option(help: "How the list is written.") var format: ListKind?
    @Option(help: "What the bare values of a plain list are.") var type: AlgorithmName?
    @Option(help: ArgumentHelp("Where rejected lines go; by default LIST.rejects.", valueName: "file"))
    var rejects: String?
    @OptionGroup var options: BankOptions

    func run() async throws {
        let terminal = Terminal.current
        let file = try UploadFile(list)
        let kind = try format ?? ListSniffer.kind(of: list)
        let lines = try ListSniffer.lines(of: list)
        let rejectFile = rejects ?? list + ".rejects"
        let report = try await options.server.call { client in
            let bank = try await client.bank(self.bank)
            let progress = ProgressBar("Importing", total: lines, terminal: terminal)
            defer { progress.finish() }
            var report = try await client.importList(
                file, format: kind.rawValue, type: type?.algorithm.rawValue, into: bank.id)
            while report.state == "running" {
                progress.advance(to: Int64(report.lines))
                try await Task.sleep(for: .milliseconds(200))
                report = try await client.importReport(report.id, in: bank.id)
            }
            return report
        }
        if options.json { terminal.print(try JSONLine.text(report)) }
        if !report.rejects.isEmpty {
            try RejectFile.write(report, list: list, to: rejectFile)
        }
        if report.state == "failed" {
            throw CommandFailure.badInput("\(list): \(report.failure ?? "the list was refused.")")
        }
        if !options.json {
            terminal.print(
                "\(report.lines) lines: \(report.added) added, \(report.known) known already, \(report.retracted) retracted, \(report.rejected) rejected."
            )
        }
        if report.rejected > 0 {
            terminal.complain("firebreak: \(report.rejected) lines of \(list) could not be used; see \(rejectFile).")
            throw Ending.badInput
        }
    }
}

/// Rejected lines as text: number, reason, and the line.
enum RejectFile {
    static func text(_ report: ImportReport, line: (Int) -> String?) -> String {
        var text = "# Rejected lines: number, reason, and the line itself, with tabs between them.\n"
        for reject in report.rejects {
            text += "\(reject.line)\t\(Printable.text(reject.message))\t\(Printable.text(line(reject.line) ?? ""))\n"
        }
        if report.rejected > report.rejects.count {
            text += "# and \(report.rejected - report.rejects.count) more, which the server did not list\n"
        }
        return text
    }

    static func write(_ report: ImportReport, list: String, to path: String) throws {
        let lines = try ListSniffer.lines(Set(report.rejects.map(\.line)), of: list)
        do {
            try Data(text(report) { lines[$0] }.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure.failed("\(path) cannot be written; name another place with --rejects.")
        }
    }
}

struct BankExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a bank's active entries as a list.",
        discussion: """
            EXAMPLE
              firebreak bank export known-propaganda --format csv -o list.csv
            """)

    @Argument(help: "The bank's name or id.") var bank: String
    @Option(help: "How the list is written.") var format = ListKind.jsonl
    @Option(name: .shortAndLong, help: ArgumentHelp("By default standard output.", valueName: "file"))
    var output: String?
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let terminal = Terminal.current
        try await server.call { client in
            let bank = try await client.bank(self.bank)
            guard let output else {
                return try await client.export(bank.id, format: format.rawValue) { terminal.write($0) }
            }
            let file = try NewFile(output)
            let progress = ProgressBar("Exporting", total: nil, unit: .bytes, terminal: terminal)
            defer { progress.finish() }
            do {
                try await client.export(bank.id, format: format.rawValue) { data in
                    try file.append(data)
                    progress.advance(by: Int64(data.count))
                }
                try file.commit()
            } catch {
                file.discard()
                throw error
            }
        }
    }
}
