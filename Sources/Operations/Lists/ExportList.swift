import Fingerprints
import Foundation
public import Moderation
import Storage

/// Writes the matched entries of a bank as a list, page by page, so that a bank of any size fits.
public struct ExportList: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    private static let page = 500

    /// The list in pieces of text, from the oldest entry on; every entry that was active when its page was read.
    public func pieces(
        of bank: ID<Bank>, as format: ListFormat, by principal: Principal
    ) async throws -> AsyncThrowingStream<String, any Error> {
        try principal.require(.banksRead)
        _ = try await ManageBanks(installation).bank(bank, by: principal)
        let pages = ExportPages(database: installation.database, bank: bank, format: format, size: Self.page)
        return AsyncThrowingStream { try await pages.next() }
    }
}

/// Reads one page after another.
private actor ExportPages {
    private let database: any Database
    private let bank: ID<Bank>
    private let format: ListFormat
    private let size: Int
    private var cursor: ID<BankEntry>?
    private var isFirst = true

    init(database: any Database, bank: ID<Bank>, format: ListFormat, size: Int) {
        self.database = database
        self.bank = bank
        self.format = format
        self.size = size
    }

    func next() async throws -> String? {
        let (bank, after, size) = (bank, cursor, size)
        let page = try await database.read { connection in
            try EntryStore(connection).entries(of: bank, after: after, limit: size).map { entry in
                (entry, FingerprintSet(try SignalStore(connection).signals(of: entry.id).map(\.fingerprint)))
            }
        }
        let header = isFirst && format == .csv ? ListWriter.header : nil
        isFirst = false
        guard let last = page.last else { return header }
        cursor = last.0.id
        let writer = ListWriter(format: format)
        let lines = page.filter { $0.0.state.isMatched }.flatMap { writer.lines($0.0, $0.1) }
        return (header ?? "") + lines.map { $0 + "\n" }.joined()
    }
}

/// One entry as lines of a list.
struct ListWriter {
    let format: ListFormat

    static let columns = [
        "schema_version", "signal_type", "value", "quality", "media_type", "labels", "opinion", "incident_id",
        "entity_ref", "severity", "tlp", "first_seen", "last_seen", "expires_at", "source", "deleted",
    ]
    static let header = columns.joined(separator: ",") + "\n"

    func lines(_ entry: BankEntry, _ fingerprints: FingerprintSet) -> [String] {
        switch format {
        case .plain: fingerprints.all.map { "\($0.algorithm.rawValue) \(Self.value($0))" }
        case .csv: fingerprints.all.map { row(entry, $0) }
        case .jsonl: [json(entry, fingerprints)]
        }
    }

    private func row(_ entry: BankEntry, _ fingerprint: Fingerprint) -> String {
        let mediaType =
            switch fingerprint {
            case .pdq: "image"
            case .video: "video"
            case .audio: "audio"
            case .md5, .sha256: ""
            }
        return CSVFields.write([
            "1", fingerprint.algorithm.rawValue, Self.value(fingerprint), fingerprint.quality.map(String.init) ?? "",
            mediaType, entry.labels.joined(separator: "|"), "", "", entry.id.text, "", "", entry.createdAt.rfc3339, "",
            "",
            entry.provenance.reference ?? "", "false",
        ])
    }

    private func json(_ entry: BankEntry, _ set: FingerprintSet) -> String {
        let items = set.all.flatMap { fingerprint -> [ListJSON.Item] in
            let name = fingerprint.algorithm.rawValue
            guard case .video(let video) = fingerprint else {
                return [ListJSON.Item(algorithm: name, value: Self.value(fingerprint), quality: fingerprint.quality)]
            }
            return video.frames.map {
                ListJSON.Item(algorithm: name, value: $0.hash.hex, quality: $0.quality, time: $0.time.seconds)
            }
        }
        let line = ListJSON(
            fingerprints: items, duration: set.video?.duration.seconds ?? set.audio?.duration.seconds,
            labels: entry.labels, note: entry.note, reference: entry.provenance.reference)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and finite numbers always encode.
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// A fingerprint's value in one field: of a video the JSON array of "hex,quality,seconds".
    static func value(_ fingerprint: Fingerprint) -> String {
        switch fingerprint {
        case .md5(let bytes), .sha256(let bytes): Hex.text(bytes)
        case .pdq(let value): value.hash.hex
        case .audio(let value): value.text
        case .video(let value): VPDQText.json(value)
        }
    }
}
