import ArgumentParser
import Fingerprints

struct HashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "Compute the fingerprints of files.",
        discussion: """
            Prints one line a fingerprint, of a video one line a frame, with tabs between the fields:
            algorithm, value, quality, seconds, path; “-” where there is none. Files are decoded in a
            sandbox. A file that cannot be read is named on standard error, the others go on, and the
            exit code is 3.

            EXAMPLES
              firebreak hash photo.jpg clip.mp4
              firebreak hash --algorithm video --interval 500ms --json clip.mp4
              firebreak hash --algorithm sha256 anything.bin
            """)

    @Argument(help: ArgumentHelp("Images, videos and sounds.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("Which fingerprints, with commas between them.", valueName: "list"))
    var algorithm = AlgorithmList.all

    @OptionGroup var options: HashOptions

    @Flag(help: "One JSON object a file, on a line.") var json = false

    func run() async throws {
        let (terminal, paths, json) = (Terminal.current, files, json)
        let failures = try await FileAnalyser.with(options, algorithms: algorithm, files: paths.count) { analyser in
            let progress = ProgressBar("Hashing", total: Int64(paths.count), terminal: terminal)
            defer { progress.finish() }
            var failures = 0
            try await InOrder.run(paths, width: options.width) { path in
                await Result { () async throws(FileFailure) in try await analyser.analyse(path) }
            } emit: { path, result in
                progress.advance()
                switch result {
                case .success(let file):
                    let report = HashReport(file)
                    if json {
                        terminal.print(try JSONLine.text(report))
                    } else if !report.lines.isEmpty {
                        terminal.print(report.lines.joined(separator: "\n"))
                    }
                case .failure(let failure):
                    failures += 1
                    if json { terminal.print(try JSONLine.text(FailedFileReport(path: path, error: failure))) }
                    terminal.complain(failure.line(path))
                }
            }
            return failures
        }
        if failures > 0 { throw Ending.failed }
    }
}

extension Result where Success: Sendable {
    /// What `body` returns or throws.
    init(_ body: () async throws(Failure) -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
