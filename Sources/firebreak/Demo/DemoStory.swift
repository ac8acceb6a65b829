import Client
import Foundation

/// The story: two people fill a bank, strangers upload, the server answers.
struct DemoStory {
    let client: FirebreakClient
    let media: DemoMedia
    let terminal: Terminal

    func tell() async throws -> DemoReport {
        let (reviewer, form) = try await keys()
        let bank = try await client.createBank(
            NewBank(name: "demo-known", purpose: "enforce", harm: "tvec.branded"))
        terminal.print(
            "Bank \(bank.name): a match declines an upload, so each entry needs two people, a proposer and another.")
        let names = try await fill(bank, reviewer)
        _ = try await client.changeBank(bank.id, BankChange(state: "live"))
        terminal.print("The bank is live. Now come the uploads, through the HTTP API:")
        return try await upload(form, names)
    }

    /// The keys of a second person and of an upload form.
    private func keys() async throws -> (reviewer: FirebreakClient, form: FirebreakClient) {
        let reviewer = try await client.createKey(name: "reviewer", scopes: ["banks:read", "banks:approve"])
        let form = try await client.createKey(name: "upload form", scopes: ["submit"])
        guard let second = reviewer.secret, let third = form.secret else {
            throw CommandFailure.failed("The server made keys without secrets.")
        }
        return (client.speaking(with: second), client.speaking(with: third))
    }

    /// Adds the originals and answers their names by the ids of their entries.
    private func fill(_ bank: BankDocument, _ reviewer: FirebreakClient) async throws -> [String: String] {
        var entries: [EntryDocument] = []
        for original in DemoMedia.originals {
            let file = try UploadFile("\(media.place.media)/\(original.name)")
            entries.append(
                try await client.addEntry(
                    file: file, to: bank.id, EntryRemarks(labels: [original.label], reference: original.name)))
        }
        terminal.print(
            "  first admin key   proposes \(entries.count) originals (\(DemoMedia.originals.map(\.name).joined(separator: ", ")))"
        )
        if let first = entries.first {
            do {
                _ = try await client.approveEntry(first.id, in: bank.id)
                throw CommandFailure.failed("The server let the proposer approve the own entry \(first.id).")
            } catch ClientError.problem(let problem) where problem.code == "approver_is_proposer" {
                terminal.print("  first admin key   tries to approve them too, and is refused: \(problem.code)")
            }
        }
        for entry in entries { _ = try await reviewer.approveEntry(entry.id, in: bank.id) }
        terminal.print("  reviewer's key    approves all \(entries.count)")
        return Dictionary(
            zip(entries.map(\.id), DemoMedia.originals.map(\.name)), uniquingKeysWith: { first, _ in first })
    }

    private func upload(_ form: FirebreakClient, _ names: [String: String]) async throws -> DemoReport {
        var report = DemoReport(names: names)
        for upload in DemoMedia.uploads {
            let file = try UploadFile("\(media.place.uploads)/\(upload.name)")
            let start = ContinuousClock.now
            let content = try await form.submit(file, externalID: upload.name, account: "demo-account", wait: 30)
            report.rows.append(
                DemoReport.Row(upload: upload, content: content, time: ContinuousClock.now - start))
        }
        return report
    }
}

/// What came of the uploads.
struct DemoReport: Sendable {
    struct Row: Sendable {
        var upload: DemoMedia.Upload
        var content: ContentDocument
        /// From the first byte sent to the verdict received.
        var time: Duration

        var isAsExpected: Bool {
            content.verdict?.outcome == (upload.isCopy ? "decline" : "allow")
        }
    }

    /// The originals by the ids of their entries.
    var names: [String: String]
    var rows: [Row] = []

    var isAsExpected: Bool { !rows.isEmpty && rows.allSatisfy(\.isAsExpected) }

    func text(_ terminal: Terminal) -> String {
        var table = TextTable(
            ["UPLOAD", "WHAT WAS DONE TO IT", "VERDICT", "RECOGNISED AS", "HOW NEAR", "TOOK"], rightAligned: [5])
        for row in rows {
            let open = row.content.matches.filter { $0.state == "open" }
            table.add([
                .init(row.upload.name, .bold), .init(row.upload.story), Self.verdict(row),
                .init(places(open)), .init(Self.nearness(open)),
                .init("\(Quantity.decimal(row.time / .milliseconds(1), 0)) ms"),
            ])
        }
        let copies = rows.filter(\.upload.isCopy)
        let strangers = rows.filter { !$0.upload.isCopy }
        let totals =
            "\(copies.filter(\.isAsExpected).count) of \(copies.count) edited copies recognised and declined; "
            + "\(strangers.filter(\.isAsExpected).count) of \(strangers.count) look-alikes let through."
        let legend =
            "Near: bits of 256 that differ in a picture or, on average, in frames; share of differing bits of sound."
        return table.text(terminal) + "\n\n" + terminal.styled(legend, .dim) + "\n"
            + terminal.styled(totals, isAsExpected ? .green : .red)
    }

    /// Which original, and which of its seconds: `march.mp4 0:05–0:18`.
    private func places(_ matches: [MatchDocument]) -> String {
        var texts: [String] = []
        for match in matches where !texts.contains(where: { $0.hasPrefix(names[match.entry] ?? match.entry) }) {
            let name = names[match.entry] ?? match.entry
            let ranges = match.evidence.ranges.prefix(2).map {
                "\(Quantity.time($0.bankedStart))–\(Quantity.time($0.bankedEnd))"
            }
            texts.append(([name] + ranges).joined(separator: " "))
        }
        return texts.joined(separator: ", ")
    }

    private static func verdict(_ row: Row) -> TextTable.Cell {
        let outcome = row.content.verdict?.outcome ?? row.content.state
        let mark = row.isAsExpected ? "" : " (not expected)"
        switch outcome {
        case "decline": return .init("declined" + mark, row.isAsExpected ? .red : .yellow)
        case "allow": return .init("allowed" + mark, row.isAsExpected ? .green : .yellow)
        default: return .init(outcome + mark, .yellow)
        }
    }

    /// What matched, and by how many of 256 bits a picture or frames differ: `frames 11 bits, 14 s; sound 6.3 %`.
    static func nearness(_ matches: [MatchDocument]) -> String {
        var parts: [String] = []
        for match in matches {
            switch match.evidence.algorithm {
            case "md5", "sha256": parts.append("identical bytes")
            case "pdq":
                let variant = match.evidence.variant.flatMap { $0 == "upright" ? nil : " (\($0))" } ?? ""
                parts.append("picture \(Quantity.decimal(match.evidence.distance ?? 0, 0)) bits\(variant)")
            case "video":
                let seconds = match.evidence.ranges.reduce(0) { $0 + $1.matchedSeconds }
                parts.append(
                    "frames \(Quantity.decimal(match.evidence.distance ?? 0, 0)) bits, \(Quantity.decimal(seconds, 0)) s"
                )
            case "audio":
                parts.append("sound \(Quantity.decimal((match.evidence.bitErrorRate ?? 0) * 100, 1)) %")
            default: parts.append(match.summary)
            }
        }
        return parts.joined(separator: "; ")
    }
}
