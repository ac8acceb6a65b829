import ArgumentParser
import Client

struct BankAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add files to a bank by their fingerprints.",
        discussion: """
            The files go to the server, which keeps their fingerprints only. Where the
            bank asks for a second person, the entries wait until another key approves
            them.

            EXAMPLE
              firebreak bank add leaflets leaflet.png march.mp4 --note "case 4711"
            """)

    @Argument(help: "The bank's name or id.") var bank: String
    @Argument(help: ArgumentHelp("Images, videos and sounds.", valueName: "file")) var files: [String]
    @Option(help: "A label; may be repeated.") var label: [String] = []
    @Option(help: "A note for colleagues.") var note: String?
    @Option(help: "Where the thing comes from; by default the file's name.") var reference: String?
    @OptionGroup var options: BankOptions

    func run() async throws {
        let (terminal, reference, json) = (Terminal.current, bank, options.json)
        let failures = try await options.server.call { client in
            let bank = try await client.bank(reference)
            let bytes = files.reduce(0) { $0 + ((try? UploadFile($1))?.length ?? 0) }
            let progress = ProgressBar("Adding", total: bytes, unit: .bytes, terminal: terminal)
            defer { progress.finish() }
            return try await EachFile.run(files, json: json, terminal: terminal) { path in
                let file = try UploadFile(path) { progress.advance(by: Int64($0)) }
                let remarks = EntryRemarks(
                    labels: label, note: note, reference: self.reference ?? file.name)
                let entry = try await client.addEntry(file: file, to: bank.id, remarks)
                if json { return terminal.print(try JSONLine.text(entry)) }
                let wait = entry.state == "proposed" ? "; another key approves it" : ""
                terminal.print("\(entry.id)  \(entry.state)  \(Printable.text(path))\(wait)")
            }
        }
        if failures > 0 { throw Ending.failed }
    }
}

/// The same for one file after another: what fails is told, and the others go on.
enum EachFile {
    /// Answers how many failed. An error that is not the file's own ends the rest.
    static func run(
        _ paths: [String], json: Bool, terminal: Terminal, _ body: (String) async throws -> Void
    ) async throws -> Int {
        var failures = 0
        for path in paths {
            do {
                try await body(path)
            } catch let error as ClientError where error.isOfOneFile {
                failures += 1
                if json {
                    let failure = FileFailure(code: error.code, message: error.message)
                    terminal.print(try JSONLine.text(FailedFileReport(path: path, error: failure)))
                }
                let text = error.message
                terminal.complain("firebreak: \(text.hasPrefix(path) ? "" : Printable.text(path) + ": ")\(text)")
            }
        }
        return failures
    }
}

extension ClientError {
    /// Whether the next file may fare better.
    var isOfOneFile: Bool {
        switch self {
        case .file: true
        case .problem(let problem): problem.code.hasPrefix("media_") || problem.code == "too_large"
        case .unusable, .unreachable, .unexpected: false
        }
    }
}

struct BankApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve entries that another key proposed.",
        discussion: """
            Two people stand behind each entry of such a bank: the server refuses the key
            that proposed it.

            EXAMPLES
              firebreak bank approve leaflets ent_01j… --key fbk_…
              firebreak bank approve leaflets --all --key fbk_…
            """)

    @Argument(help: "The bank's name or id.") var bank: String
    @Argument(help: ArgumentHelp("Ids of entries.", valueName: "entry")) var entries: [String] = []
    @Flag(help: "Every entry that waits.") var all = false
    @OptionGroup var options: BankOptions

    func validate() throws {
        guard entries.isEmpty == all else {
            throw ValidationError("Name the entries to approve, or say --all.")
        }
    }

    func run() async throws {
        let (terminal, json) = (Terminal.current, options.json)
        try await options.server.call { client in
            let bank = try await client.bank(self.bank)
            let ids =
                all ? try await client.entries(of: bank.id).filter { $0.state == "proposed" }.map(\.id) : entries
            let progress = ProgressBar("Approving", total: Int64(ids.count), terminal: terminal)
            defer { progress.finish() }
            for id in ids {
                let entry = try await client.approveEntry(id, in: bank.id)
                progress.advance()
                terminal.print(json ? try JSONLine.text(entry) : "\(entry.id)  \(entry.state)")
            }
            if ids.isEmpty, !json { terminal.print("Nothing waits in bank \(bank.name).") }
        }
    }
}
