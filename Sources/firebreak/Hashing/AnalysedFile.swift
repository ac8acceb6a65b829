import Client
import Fingerprints
import MediaWorker

/// What is known about one file of this machine.
struct AnalysedFile: Hashable, Sendable {
    var path: String
    /// Absent where the file was not decoded.
    var kind: Analysis.Kind?
    var bytes: Int
    var width: Int?
    var height: Int?
    var duration: MediaTime?
    var fingerprints: FingerprintSet
    /// The same picture turned, mirrored or on another ground.
    var variants: [PDQVariant] = []
    var notes: [String] = []
}

extension AnalysedFile {
    init(_ path: String, _ analysis: Analysis, _ algorithms: AlgorithmList) {
        let set = FingerprintSet(
            md5: analysis.md5, sha256: analysis.sha256, pdq: analysis.pdq, video: analysis.video, audio: analysis.audio)
        self.init(
            path: path, kind: analysis.kind, bytes: analysis.bytes, width: analysis.width, height: analysis.height,
            duration: analysis.duration, fingerprints: set.only(algorithms), variants: analysis.pdqVariants,
            notes: analysis.notes)
    }

    /// The fingerprints as they travel.
    var values: [FingerprintValue] {
        fingerprints.all.flatMap { fingerprint -> [FingerprintValue] in
            let (name, version) = (fingerprint.algorithm.rawValue, fingerprint.algorithm.currentVersion)
            switch fingerprint {
            case .md5(let bytes), .sha256(let bytes):
                return [FingerprintValue(algorithm: name, version: version, value: Hex.text(bytes))]
            case .pdq(let value):
                return [
                    FingerprintValue(algorithm: name, version: version, value: value.hash.hex, quality: value.quality)
                ]
            case .audio(let value):
                return [FingerprintValue(algorithm: name, version: version, value: value.text)]
            case .video(let value):
                return value.frames.map {
                    FingerprintValue(
                        algorithm: name, version: version, value: $0.hash.hex, quality: $0.quality,
                        time: $0.time.seconds)
                }
            }
        }
    }

    /// `1280×720`, or nothing.
    var size: String? {
        guard let width, let height else { return nil }
        return "\(width)×\(height)"
    }
}

extension FingerprintSet {
    /// The fingerprints of these algorithms.
    func only(_ list: AlgorithmList) -> FingerprintSet {
        FingerprintSet(all.filter { list.algorithms.contains($0.algorithm) })
    }
}
