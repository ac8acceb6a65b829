import ArgumentParser
import Fingerprints
import MediaWorker

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "How alike two files are, and where.",
        discussion: """
            Compares bytes, pictures (also turned and mirrored), videos and sound. The exit code is 1 when
            any of them matches.

            EXAMPLES
              firebreak compare original.mp4 cut.mp4
              firebreak compare --max-distance 40 --json a.jpg b.png
            """)

    @Argument(help: "A file.") var a: String
    @Argument(help: "Another file.") var b: String
    @Option(help: ArgumentHelp("Bits of 256 by which pictures and frames may differ.", valueName: "bits"))
    var maxDistance = 31
    @OptionGroup var options: HashOptions
    @Flag(help: "One JSON document.") var json = false

    func validate() throws {
        guard (0...128).contains(maxDistance) else {
            throw ValidationError("--max-distance is a whole number from 0 to 128.")
        }
    }

    /// The document that `--json` prints.
    struct Document: Encodable {
        struct Side: Encodable {
            var path: String
            var kind: String?
            var bytes: Int
            var width: Int?
            var height: Int?
            var duration: Double?

            init(_ file: AnalysedFile) {
                path = file.path
                kind = file.kind?.rawValue
                bytes = file.bytes
                width = file.width
                height = file.height
                duration = file.duration?.seconds
            }
        }

        var a: Side
        var b: Side
        var matched: Bool
        var comparisons: [Comparison.Finding]
    }

    func run() async throws {
        let terminal = Terminal.current
        let (left, right) = try await FileAnalyser.with(options, files: 2) { analyser in
            async let one = Self.analysed(a, analyser)
            async let other = Self.analysed(b, analyser)
            return (try await one, try await other)
        }
        let comparison = Comparison(
            left, right, limits: Comparison.Limits(distance: maxDistance))
        if json {
            let document = Document(
                a: Document.Side(left), b: Document.Side(right), matched: comparison.matched,
                comparisons: comparison.findings)
            terminal.print(try JSONLine.text(document))
        } else {
            terminal.print(ComparisonText.text(left, right, comparison, terminal))
        }
        if comparison.matched { throw Ending.matched }
    }

    private static func analysed(_ path: String, _ analyser: FileAnalyser) async throws -> AnalysedFile {
        do {
            return try await analyser.analyse(path)
        } catch {
            throw CommandFailure.failed("\(Printable.text(path)): \(error.message)")
        }
    }
}

/// A comparison for people.
enum ComparisonText {
    static func text(
        _ a: AnalysedFile, _ b: AnalysedFile, _ comparison: Comparison, _ terminal: Terminal
    ) -> String {
        var files = TextTable(["", "FILE", "KIND", "LENGTH", "SIZE", "BYTES"])
        for (name, file) in [("A", a), ("B", b)] {
            files.add([
                name, file.path, file.kind?.rawValue ?? "", file.duration.map { Quantity.time($0.seconds) } ?? "",
                file.size ?? "", Quantity.bytes(Int64(file.bytes)),
            ])
        }
        var blocks = [files.text(terminal)]
        if comparison.findings.isEmpty {
            blocks.append("Nothing of the two can be compared: they are of different kinds.")
        }
        var findings = TextTable(["COMPARED", "ANSWER", "HOW NEAR"])
        for finding in comparison.findings {
            findings.add([
                .init(name(finding.algorithm)), finding.matched ? .init("match", .red) : .init("no match", .green),
                .init(nearness(finding)),
            ])
        }
        if !findings.isEmpty { blocks.append(findings.text(terminal)) }
        var places = TextTable(["WHERE", "IN A", "IN B", "SECONDS"], rightAligned: [3])
        for finding in comparison.findings {
            for range in finding.ranges {
                places.add([
                    name(finding.algorithm), "\(Quantity.moment(range.startA))–\(Quantity.moment(range.endA))",
                    "\(Quantity.moment(range.startB))–\(Quantity.moment(range.endB))",
                    Quantity.decimal(range.matchedSeconds, 1),
                ])
            }
        }
        if !places.isEmpty { blocks.append(places.text(terminal)) }
        return blocks.joined(separator: "\n\n")
    }

    private static func name(_ algorithm: FingerprintAlgorithm) -> String {
        switch algorithm {
        case .md5, .sha256: "bytes"
        case .pdq: "picture"
        case .video: "video"
        case .audio: "sound"
        }
    }

    static func nearness(_ finding: Comparison.Finding) -> String {
        var parts: [String] = []
        switch finding.algorithm {
        case .md5, .sha256: return finding.matched ? "identical" : "different"
        case .pdq:
            if let distance = finding.distance { parts.append("\(Int(distance)) of 256 bits apart") }
            if let variant = finding.variant { parts.append("A as \(variant)") }
            if let a = finding.qualityA, let b = finding.qualityB { parts.append("qualities \(a) and \(b)") }
            if let note = finding.note { parts.append(note == "low_quality" ? "too little detail to tell" : note) }
        case .video, .audio:
            guard !finding.ranges.isEmpty else { return "nothing in common" }
            parts.append("\(Quantity.decimal(finding.matchedSeconds ?? 0, 1)) s in common")
            if let a = finding.coverageA, let b = finding.coverageB {
                parts.append("\(Quantity.share(a)) of A, \(Quantity.share(b)) of B")
            }
            if let distance = finding.distance {
                parts.append("mean \(Quantity.decimal(distance, 1)) of 256 bits apart")
            }
            if let rate = finding.bitErrorRate { parts.append("\(Quantity.decimal(rate * 100, 1)) % of bits differ") }
            if let a = finding.percentA, let b = finding.percentB {
                parts.append("vPDQ \(Quantity.decimal(a, 0)) % and \(Quantity.decimal(b, 0)) %")
            }
        }
        return parts.joined(separator: "; ")
    }
}
