import Fingerprints
import MediaWorker

/// What the media worker found out about a file.
struct WireAnalysis: Encodable {
    var kind: String
    var format: String
    var bytes: Int
    var width: Int?
    var height: Int?
    /// Clockwise degrees that a player turns the picture.
    var rotation: Int
    /// In seconds.
    var duration: Double?
    var fingerprints: [WireFingerprint]
    var notes: [String]

    init(_ analysis: Analysis, _ fingerprints: FingerprintSet) {
        kind = analysis.kind.rawValue
        format = analysis.format
        bytes = analysis.bytes
        width = analysis.width
        height = analysis.height
        rotation = analysis.rotation
        duration = analysis.duration?.seconds
        self.fingerprints = WireFingerprint.list(fingerprints)
        notes = analysis.notes
    }
}
