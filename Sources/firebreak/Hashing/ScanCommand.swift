import ArgumentParser
import Client
import Foundation

struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Fingerprint a whole tree of files, and look each up if you like.",
        discussion: """
            Writes one JSON object a file, on a line. With --output the scan can be stopped at any time: the
            same command goes on where it stopped, and takes in what is new or changed since. Files that
            are no media are left out. The exit code is 1 when a file matched, 3 when a media file could
            not be answered for.

            EXAMPLES
              firebreak scan ~/uploads --output uploads.jsonl
              firebreak scan ~/uploads --match --data ./firebreak-data --output uploads.jsonl
            """)

    @Argument(help: "The tree.") var directory: String
    @Option(name: .shortAndLong, help: ArgumentHelp("By default standard output.", valueName: "file"))
    var output: String?
    @Option(help: ArgumentHelp("What is done already; by default OUTPUT.state.", valueName: "file"))
    var state: String?
    @Flag(help: "Look every file up on a server.") var match = false
    @Option(help: ArgumentHelp("With --match: only matches in this bank; may be repeated.", valueName: "bank"))
    var bank: [String] = []
    @OptionGroup var options: HashOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if !bank.isEmpty, !match { throw ValidationError("--bank goes with --match.") }
    }

    func run() async throws {
        let terminal = Terminal.current
        let journal = try ScanJournal(
            directory: directory, isMatching: match, output: output, state: state ?? output.map { $0 + ".state" },
            terminal: terminal)
        let tree = try FileTree.files(below: directory, except: journal.ownFiles)
        let todo = tree.files.filter { !journal.isDone($0) }
        for path in tree.unreadable { terminal.complain("firebreak: \(Printable.text(path)): cannot be opened.") }
        var tally = try await scan(todo, journal, terminal)
        tally.results.failed += tree.unreadable.count
        try journal.close()
        terminal.complain(tally.text(known: tree.files.count - todo.count))
        if let code = tally.results.exitCode { throw code }
    }

    private func scan(_ files: [FileTree.File], _ journal: ScanJournal, _ terminal: Terminal) async throws -> ScanTally
    {
        guard match else {
            return try await FileAnalyser.with(options, files: files.count) { analyser in
                try await scan(files, journal, terminal) { await ScanReport.hashing($0, analyser) }
            }
        }
        return try await server.call { client in
            let banks = try await BankFilter(bank, client)
            return try await FileAnalyser.with(options, files: files.count) { analyser in
                let lookup = FileLookup(analyser: analyser, client: client, banks: banks)
                return try await scan(files, journal, terminal) { await ScanReport.matching($0, lookup) }
            }
        }
    }

    private func scan(
        _ files: [FileTree.File], _ journal: ScanJournal, _ terminal: Terminal,
        _ work: @escaping @Sendable (FileTree.File) async -> ScanReport
    ) async throws -> ScanTally {
        let progress = ProgressBar("Scanning", total: Int64(files.count), terminal: terminal)
        defer { progress.finish() }
        var tally = ScanTally()
        try await InOrder.run(files, width: options.width, work: work) { file, report in
            progress.advance()
            tally.count(report)
            if let error = report.error, !report.isNoMedia { terminal.complain(error.line(file.path)) }
            try journal.record(file, report)
        }
        return tally
    }
}

/// What a scan says about one file.
struct ScanReport: Encodable, Sendable {
    var hash: HashReport?
    var match: MatchReport?
    var error: FileFailure?
    var path: String

    /// Whether the file is none of a scan's business.
    var isNoMedia: Bool { error?.code == "media_unsupported" || error?.code == "media_empty" }

    static func hashing(_ file: FileTree.File, _ analyser: FileAnalyser) async -> ScanReport {
        do {
            return ScanReport(hash: HashReport(try await analyser.analyse(file.path)), path: file.path)
        } catch {
            return ScanReport(error: error, path: file.path)
        }
    }

    static func matching(_ file: FileTree.File, _ lookup: FileLookup) async -> ScanReport {
        var report = ScanReport(path: file.path)
        do {
            let analysed = try await lookup.analyser.analyse(file.path)
            report.hash = HashReport(analysed)
            report.match = try await lookup.answer(analysed)
        } catch let failure as FileFailure {
            report.error = failure
        } catch let error as ClientError {
            report.error = FileFailure(code: error.code, message: error.message)
        } catch {
            report.error = FileFailure(code: "stopped", message: "was not looked up.")
        }
        return report
    }

    enum CodingKeys: String, CodingKey {
        case path, error, status, matches
    }

    func encode(to encoder: any Encoder) throws {
        if error == nil { try hash?.encode(to: encoder) }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encodeIfPresent(error, forKey: .error)
        try container.encodeIfPresent(match?.status, forKey: .status)
        try container.encodeIfPresent(match?.matches, forKey: .matches)
    }
}

/// What came of a scan.
struct ScanTally: Hashable {
    var results = MatchTally()
    var skipped = 0
    private var isMatching = false

    mutating func count(_ report: ScanReport) {
        if report.isNoMedia {
            skipped += 1
        } else if report.error != nil {
            results.failed += 1
        } else if let match = report.match {
            isMatching = true
            results.count(match)
        } else {
            results.clear += 1
        }
    }

    func text(known: Int) -> String {
        var parts = ["\(results.matched + results.clear) files fingerprinted"]
        if isMatching { parts.append("\(results.matched) matched") }
        if known > 0 { parts.append("\(known) known from before") }
        if skipped > 0 { parts.append("\(skipped) no media") }
        if results.failed > 0 { parts.append("\(results.failed) failed") }
        return parts.joined(separator: ", ") + "."
    }
}
