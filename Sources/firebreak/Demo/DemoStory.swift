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
        try await fill(bank, reviewer)
        _ = try await client.changeBank(bank.id, BankChange(state: "live"))
        terminal.print("The bank is live. Now come the uploads, through the HTTP API:")
        return try await upload(form)
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

    private func fill(_ bank: BankDocument, _ reviewer: FirebreakClient) async throws {
        var entries: [EntryDocument] = []
        for original in DemoMedia.originals {
            let file = try UploadFile("\(media.place.media)/\(original.name)")
            entries.append(
                try await client.addEntry(
                    file: file, to: bank.id, EntryRemarks(labels: [original.label], reference: original.name)))
        }
        terminal.print(
            "  first admin key   proposes \(entries.count) originals (\(DemoMedia.originals.map(\.name).joined(separator: ", ")))")
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
    }

    private func upload(_ form: FirebreakClient) async throws -> DemoReport {
        var report = DemoReport()
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

    var rows: [Row] = []

    var isAsExpected: Bool { !rows.isEmpty && rows.allSatisfy(\.isAsExpected) }

    func text(_ terminal: Terminal) -> String {
        var table = TextTable(["UPLOAD", "WHAT WAS DONE TO IT", "VERDICT", "HOW NEAR", "WHERE", "TOOK"], rightAligned: [5])
        for row in rows {
            let open = row.content.matches.filter { $0.state == "open" }
            let places = open.map { MatchPlaces.text($0.evidence.ranges) }.first { !$0.isEmpty } ?? ""
            table.add([
                .init(row.upload.name, .bold), .init(row.upload.story), Self.verdict(row),
                .init(Self.nearness(open)), .init(places, .dim),
                .init("\(Quantity.decimal(row.time / .milliseconds(1), 0)) ms"),
            ])
        }
        let copies = rows.filter(\.upload.isCopy)
        let strangers = rows.filter { !$0.upload.isCopy }
        let totals =
            "\(copies.filter(\.isAsExpected).count) of \(copies.count) edited copies recognised and declined; "
            + "\(strangers.filter(\.isAsExpected).count) of \(strangers.count) look-alikes let through."
        return table.text(terminal) + "\n\n" + terminal.styled(totals, isAsExpected ? .green : .red)
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

    /// The best of each algorithm: `12 of 256 bits`, `video 9.8 bits`, `sound 6 % of bits`.
    static func nearness(_ matches: [MatchDocument]) -> String {
        var parts: [String] = []
        for match in matches {
            switch match.evidence.algorithm {
            case "md5", "sha256": parts.append("identical bytes")
            case "pdq":
                let variant = match.evidence.variant.flatMap { $0 == "upright" ? nil : ", turned (\($0))" } ?? ""
                parts.append("picture \(Quantity.decimal(match.evidence.distance ?? 0, 0)) of 256 bits\(variant)")
            case "video":
                let seconds = match.evidence.ranges.reduce(0) { $0 + $1.matchedSeconds }
                parts.append(
                    "video \(Quantity.decimal(match.evidence.distance ?? 0, 0)) of 256 bits, \(Quantity.decimal(seconds, 0)) s")
            case "audio":
                parts.append("sound \(Quantity.decimal((match.evidence.bitErrorRate ?? 0) * 100, 1)) % of bits")
            default: parts.append(match.summary)
            }
        }
        return parts.joined(separator: "; ")
    }
}
