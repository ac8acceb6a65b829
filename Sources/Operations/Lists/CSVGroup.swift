import Fingerprints
import Moderation

/// One row of our CSV by its column names; a column that is not there is empty.
struct CSVRow {
    var fields: [String]
    var columns: [String: Int]
    var line: Int

    subscript(_ name: String) -> String { columns[name].map { CSVFields.unguarded(fields[$0]) } ?? "" }
}

/// The rows of one entity, which are one entry.
struct CSVGroup {
    let entity: String
    private var record: ListRecord

    init(_ row: CSVRow) throws(FingerprintSetReader.Problem) {
        entity = row["entity_ref"]
        record = ListRecord(line: row.line, fingerprints: FingerprintSet())
        record.labels = row["labels"].split(separator: "|").map(String.init)
        record.reference = row["source"].isEmpty ? nil : row["source"]
        switch row["deleted"].lowercased() {
        case "", "false", "0": break
        case "true", "1": record.isDeleted = true
        default: throw FingerprintSetReader.Problem(message: "deleted is true or false.")
        }
        try add(row)
    }

    /// Adds the fingerprint of another row.
    mutating func add(_ row: CSVRow) throws(FingerprintSetReader.Problem) {
        guard let algorithm = SignalName.algorithm(row["signal_type"]) else {
            throw FingerprintSetReader.Problem(
                message: "There is no signal_type “\(row["signal_type"].prefix(32))”; known: \(SignalName.all).")
        }
        let quality = row["quality"]
        guard quality.isEmpty || Int(quality) != nil else {
            throw FingerprintSetReader.Problem(message: "quality is a whole number from 0 to 100.")
        }
        let added = try SignalName.fingerprints(algorithm, row["value"], quality: Int(quality))
        guard record.fingerprints.all.allSatisfy({ $0.algorithm != algorithm }) else {
            throw FingerprintSetReader.Problem(
                message: "The entity has two \(algorithm.rawValue) fingerprints; one thing has one.")
        }
        record.fingerprints = FingerprintSet(record.fingerprints.all + added.all)
    }

    /// The line that the entity began on.
    var line: Int { record.line }

    var item: ListReader.Item { .record(record) }
}
