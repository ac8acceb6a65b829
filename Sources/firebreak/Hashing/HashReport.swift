import Client
import Fingerprints
import Foundation
import MediaWorker

/// A file's fingerprints as `firebreak hash` prints them.
struct HashReport: Codable, Hashable {
    var path: String
    /// `image`, `video` or `audio`; absent where only digests were asked for.
    var kind: String?
    var bytes: Int
    var width: Int?
    var height: Int?
    /// In seconds.
    var duration: Double?
    var fingerprints: [FingerprintValue]
    var notes: [String]

    init(_ file: AnalysedFile) {
        path = file.path
        kind = file.kind?.rawValue
        bytes = file.bytes
        width = file.width
        height = file.height
        duration = file.duration?.seconds
        fingerprints = file.values
        notes = file.notes
    }

    /// One line a fingerprint: algorithm, value, quality, seconds and path with tabs between them; `-` where there is none.
    var lines: [String] {
        fingerprints.map { item in
            [
                item.algorithm, item.value, item.quality.map(String.init) ?? "-",
                item.time.map { Quantity.decimal($0, 3) } ?? "-", Printable.text(path),
            ].joined(separator: "\t")
        }
    }
}

/// What is printed in JSON for a file that cannot be read.
struct FailedFileReport: Codable, Hashable {
    var path: String
    var error: FileFailure
}
