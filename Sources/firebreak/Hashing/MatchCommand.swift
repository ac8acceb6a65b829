import ArgumentParser
import Client
import Fingerprints
import MediaWorker

struct MatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Look files up in the banks of a server.",
        discussion: """
            The files are fingerprinted on this machine and only their fingerprints are
            sent; the server stores nothing. The exit code is 1 when a file matched, 3
            when a file could not be answered for. The key needs the scope lookup, and
            banks:read with --bank.

            EXAMPLES
              firebreak match --data ./firebreak-data upload.jpg
              firebreak match --server https://fb.example --bank leaflets *.mp4
            """)

    @Argument(help: ArgumentHelp("Images, videos and sounds.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("Only matches in this bank, by name or id; may be repeated.", valueName: "bank"))
    var bank: [String] = []

    @OptionGroup var options: HashOptions
    @OptionGroup var server: ServerOptions

    @Flag(help: "One JSON object a file, on a line.") var json = false

    func run() async throws {
        let (terminal, paths, json) = (Terminal.current, files, json)
        let endpoint = try server.endpoint()
        let tally = try await FirebreakClient.with(endpoint) { client in
            let banks = try await BankFilter(bank, client)
            return try await FileAnalyser.with(options, files: paths.count) { analyser in
                let lookup = FileLookup(analyser: analyser, client: client, banks: banks)
                let progress = ProgressBar("Matching", total: Int64(paths.count), terminal: terminal)
                defer { progress.finish() }
                var (tally, table) = (MatchTally(), MatchTable())
                try await InOrder.run(paths, width: options.width) { path in
                    await lookup.answer(path)
                } emit: { path, report in
                    progress.advance()
                    tally.count(report)
                    table.add(report)
                    if json { terminal.print(try JSONLine.text(report)) }
                    if let failure = report.error { terminal.complain(failure.line(path)) }
                }
                progress.finish()
                if !json, !table.isEmpty { terminal.print(table.text(terminal)) }
                return tally
            }
        }
        if let code = tally.exitCode { throw code }
    }
}

/// The banks whose matches count.
struct BankFilter: Sendable {
    private let ids: Set<String>?

    /// Refuses a bank that does not exist: an answer about no bank at all would read as "clear".
    init(_ references: [String], _ client: FirebreakClient) async throws {
        guard !references.isEmpty else {
            ids = nil
            return
        }
        var ids: Set<String> = []
        for reference in references { ids.insert(try await client.bank(reference).id) }
        self.ids = ids
    }

    func allows(_ bank: String) -> Bool { ids?.contains(bank) ?? true }
}

/// Fingerprints a file and asks the server about it.
struct FileLookup: Sendable {
    let analyser: FileAnalyser
    let client: FirebreakClient
    let banks: BankFilter

    func answer(_ path: String) async -> MatchReport {
        do {
            let file = try await analyser.analyse(path)
            return try await answer(file)
        } catch let failure as FileFailure {
            return MatchReport(path: path, error: failure)
        } catch let error as ClientError {
            return MatchReport(path: path, error: FileFailure(code: error.code, message: error.message))
        } catch {
            return MatchReport(path: path, error: FileFailure(code: "stopped", message: "was not looked up."))
        }
    }

    func answer(_ file: AnalysedFile) async throws -> MatchReport {
        let answer = try await client.lookUp(file.values, duration: file.duration?.seconds)
        var matches = answer.matches
        for variant in file.variants {
            matches += try await turned(variant, of: file, unless: matches)
        }
        return MatchReport(path: file.path, matches: matches.filter { banks.allows($0.bank) })
    }

    /// What a turned, mirrored or recoloured view of a picture matches that no other view did.
    private func turned(
        _ variant: PDQVariant, of file: AnalysedFile, unless known: [MatchDocument]
    ) async throws -> [MatchDocument] {
        let value = FingerprintValue(
            algorithm: FingerprintAlgorithm.pdq.rawValue, version: FingerprintAlgorithm.pdq.currentVersion,
            value: variant.hash.hex, quality: variant.quality)
        let found = try await client.lookUp([value], duration: nil).matches
        return found.filter { match in !known.contains { $0.entry == match.entry } }.map { match in
            var match = match
            match.evidence.variant = variant.name
            match.summary += " as \(variant.name)"
            return match
        }
    }
}

/// What a server says about one file.
struct MatchReport: Codable, Hashable, Sendable {
    var path: String
    /// `matched`, `clear` or `unavailable`; what a benign entry explains is clear.
    var status: String
    var matches: [MatchDocument]
    var error: FileFailure?

    init(path: String, matches: [MatchDocument]) {
        self.path = path
        self.matches = matches
        status = matches.contains { $0.state != "suppressed" } ? "matched" : "clear"
    }

    init(path: String, error: FileFailure) {
        self.path = path
        self.error = error
        matches = []
        status = "unavailable"
    }
}

/// What came of many files.
struct MatchTally: Hashable, Sendable {
    var matched = 0
    var clear = 0
    var failed = 0

    mutating func count(_ report: MatchReport) {
        if report.error != nil {
            failed += 1
        } else if report.status == "matched" {
            matched += 1
        } else {
            clear += 1
        }
    }

    /// Unknown outweighs matched: a file without an answer is never passed over in silence.
    var exitCode: ExitCode? { failed > 0 ? Ending.failed : matched > 0 ? Ending.matched : nil }
}

/// Match reports as a table, one row a match.
struct MatchTable {
    private var table = TextTable(["FILE", "ANSWER", "BANK", "ENTRY", "HOW NEAR", "WHERE"])

    var isEmpty: Bool { table.isEmpty }

    mutating func add(_ report: MatchReport) {
        guard report.error == nil else { return }
        if report.matches.isEmpty {
            table.add([.init(report.path), .init("clear", .green)])
        }
        for match in report.matches {
            table.add([
                .init(report.path), Self.answer(match), .init(match.bankName ?? match.bank), .init(match.entry, .dim),
                .init(match.summary), .init(MatchPlaces.text(match.evidence.ranges), .dim),
            ])
        }
    }

    private static func answer(_ match: MatchDocument) -> TextTable.Cell {
        switch match.state {
        case "open": .init(match.purpose == "enforce" ? "matched" : "matched, \(match.purpose ?? "open")", .red)
        case "suppressed": .init("benign", .green)
        default: .init("matched, \(match.stateReason ?? match.state)", .yellow)
        }
    }

    func text(_ terminal: Terminal) -> String { table.text(terminal) }
}

/// Where a match lies, for people.
enum MatchPlaces {
    /// `0:02.0–0:14.0 is 0:05.0–0:17.0`, at most three stretches.
    static func text(_ ranges: [MatchDocument.Range]) -> String {
        let shown = ranges.prefix(3).map {
            "\(Quantity.moment($0.queryStart))–\(Quantity.moment($0.queryEnd)) is \(Quantity.moment($0.bankedStart))–\(Quantity.moment($0.bankedEnd))"
        }
        return (shown + (ranges.count > 3 ? ["\(ranges.count - 3) more"] : [])).joined(separator: ", ")
    }
}
