import Fingerprints
import Foundation
import Moderation

/// Turns the lines of a list into records, and says of each other line why it is none.
struct ListReader {
    enum Item {
        case record(ListRecord)
        case reject(ListReject)
    }

    private let format: ListFormat
    /// The algorithm of a plain list's bare values, where the caller named one.
    private let plainAlgorithm: FingerprintAlgorithm?
    private(set) var line = 0
    private var columns: [String: Int]?
    /// Rows of one entity that are still being gathered.
    private var group: CSVGroup?

    init(format: ListFormat, plainAlgorithm: FingerprintAlgorithm?) {
        self.format = format
        self.plainAlgorithm = plainAlgorithm
    }

    /// Takes one line and answers what is complete with it.
    mutating func take(_ text: TextLines.Line) -> [Item] {
        line += 1
        switch text {
        case .unusable(let message): return [.reject(ListReject(line: line, message: message))]
        case .text(let text):
            switch format {
            case .plain: return plain(text)
            case .jsonl: return json(text)
            case .csv: return row(text)
            }
        }
    }

    /// What is complete with the end of the list.
    mutating func finish() -> [Item] {
        defer { group = nil }
        return group.map { [$0.item] } ?? []
    }

    private func reject(_ message: String) -> [Item] { [.reject(ListReject(line: line, message: message))] }

    private func plain(_ text: String) -> [Item] {
        let content = text.prefix { $0 != "#" }
        let words = content.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard let first = words.first, !first.isEmpty else { return [] }
        let (name, value) = words.count == 2 ? (words[0].lowercased(), words[1]) : (nil, first)
        let algorithm: FingerprintAlgorithm
        if let name {
            guard let named = SignalName.algorithm(name) else {
                return reject("There is no type “\(name.prefix(32))”; known: \(SignalName.all).")
            }
            algorithm = named
        } else if let plainAlgorithm {
            algorithm = plainAlgorithm
        } else if value.utf8.count == 32 {
            algorithm = .md5
        } else {
            return reject(
                "64 digits may be pdq or sha256: write the type in front of the value, or name it with “type”.")
        }
        return record(algorithm, value, quality: nil)
    }

    private func record(_ algorithm: FingerprintAlgorithm, _ value: String, quality: Int?) -> [Item] {
        do {
            let fingerprints = try SignalName.fingerprints(algorithm, value, quality: quality)
            return [.record(ListRecord(line: line, fingerprints: fingerprints))]
        } catch {
            return reject(error.message)
        }
    }

    private func json(_ text: String) -> [Item] {
        guard !text.allSatisfy(\.isWhitespace) else { return [] }
        do {
            let entry = try JSONDecoder().decode(ListJSON.self, from: Data(text.utf8))
            var reader = FingerprintSetReader(duration: entry.duration)
            for item in entry.fingerprints {
                guard let algorithm = SignalName.algorithm(item.algorithm) else {
                    return reject("There is no algorithm “\(item.algorithm.prefix(32))”; known: \(SignalName.all).")
                }
                try reader.add(algorithm, item.value, quality: item.quality, seconds: item.time)
            }
            let set = reader.finish()
            guard !set.isEmpty else { return reject("The object has no fingerprints.") }
            return [
                .record(
                    ListRecord(
                        line: line, fingerprints: set, labels: entry.labels ?? [], note: entry.note,
                        reference: entry.reference, isDeleted: entry.deleted ?? false))
            ]
        } catch let error as FingerprintSetReader.Problem {
            return reject(error.message)
        } catch {
            return reject("The line is not a JSON object with “fingerprints”.")
        }
    }

    private mutating func row(_ text: String) -> [Item] {
        if text.isEmpty { return [] }
        guard let fields = CSVFields.read(text) else { return reject("The quotes of the row do not fit together.") }
        guard let columns else {
            let names = fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            guard names.contains("signal_type"), names.contains("value"), Set(names).count == names.count else {
                return reject("The first row must name the columns, signal_type and value among them, each once.")
            }
            self.columns = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
            return []
        }
        guard fields.count == columns.count else {
            return reject("The row has \(fields.count) fields, the header \(columns.count).")
        }
        let row = CSVRow(fields: fields, columns: columns, line: line)
        do {
            let entity = row["entity_ref"]
            if !entity.isEmpty, group?.entity == entity {
                try group?.add(row)
                return []
            }
            let finished = group.map { [$0.item] } ?? []
            group = nil
            do {
                group = try CSVGroup(row)
                return finished
            } catch {
                return finished + reject(error.message)
            }
        } catch {
            // The group ends with a bad row, so that all before any line is settled when the line is.
            let finished = group.map { [$0.item] } ?? []
            group = nil
            return finished + reject(error.message)
        }
    }

    /// The last line up to which everything has been answered.
    var settledLine: Int { group.map { $0.line - 1 } ?? line }

    /// Whether a CSV list has had no header yet.
    var lacksHeader: Bool { format == .csv && columns == nil }
}

/// Names of algorithms in lists, ours and those of others.
enum SignalName {
    static func algorithm(_ name: String) -> FingerprintAlgorithm? {
        switch name.lowercased() {
        case "md5", "video_md5": .md5
        case "sha256", "sha-256": .sha256
        case "pdq": .pdq
        case "video", "vpdq": .video
        case "audio", "chromaprint": .audio
        default: nil
        }
    }

    static let all = FingerprintAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")

    /// One fingerprint out of one value; the frames of a video as a JSON array of "hex,quality,seconds".
    static func fingerprints(
        _ algorithm: FingerprintAlgorithm, _ value: String, quality: Int?
    ) throws(FingerprintSetReader.Problem) -> FingerprintSet {
        var reader = FingerprintSetReader(duration: nil)
        if algorithm == .video {
            do throws(VPDQTextError) {
                return FingerprintSet(video: try VPDQText.parse(json: value))
            } catch {
                throw FingerprintSetReader.Problem(message: "\(error)")
            }
        }
        try reader.add(algorithm, value, quality: quality, seconds: nil)
        return reader.finish()
    }
}

/// A line of a JSON Lines list.
struct ListJSON: Codable {
    struct Item: Codable {
        var algorithm: String
        var value: String
        var quality: Int?
        var time: Double?
    }

    var fingerprints: [Item]
    var duration: Double?
    var labels: [String]?
    var note: String?
    var reference: String?
    var deleted: Bool?
}
