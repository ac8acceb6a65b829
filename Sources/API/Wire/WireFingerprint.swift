import Fingerprints
import Moderation

/// One fingerprint as it travels: of a video, one object a frame.
struct WireFingerprint: Codable {
    var algorithm: FingerprintAlgorithm
    var version: Int?
    /// `md5`, `sha256`, `pdq` and a frame of `video`: hexadecimal digits. `audio`: the 32-bit words as decimal numbers with
    /// commas between them, as `fpcalc -raw` prints them.
    var value: String
    /// 0 to 100, of `pdq` and `video`; 100 where it is left out.
    var quality: Int?
    /// Seconds from the beginning, of a frame of `video`.
    var time: Double?

    /// All fingerprints of a set, the frames of its video one by one.
    static func list(_ set: FingerprintSet) -> [WireFingerprint] {
        set.all.flatMap { fingerprint -> [WireFingerprint] in
            let version = fingerprint.algorithm.currentVersion
            switch fingerprint {
            case .md5(let bytes), .sha256(let bytes):
                return [WireFingerprint(algorithm: fingerprint.algorithm, version: version, value: Hex.text(bytes))]
            case .pdq(let value):
                return [
                    WireFingerprint(algorithm: .pdq, version: version, value: value.hash.hex, quality: value.quality)
                ]
            case .video(let value):
                return value.frames.map {
                    WireFingerprint(
                        algorithm: .video, version: version, value: $0.hash.hex, quality: $0.quality,
                        time: $0.time.seconds)
                }
            case .audio(let value):
                return [WireFingerprint(algorithm: .audio, version: version, value: value.text)]
            }
        }
    }

    /// Reads what `list` wrote. `duration` is in seconds; where it is absent, the last frame or word gives it.
    static func set(_ list: [WireFingerprint], duration: Double?) throws(Refusal) -> FingerprintSet {
        if let duration, !(0..<4_000_000).contains(duration) {
            throw Refusal(.invalid, code: "invalid_duration", "duration is seconds, from 0 to below 4000000.")
        }
        var reader = FingerprintSetReader(duration: duration)
        for (index, item) in list.enumerated() {
            guard item.version == nil || item.version == item.algorithm.currentVersion else {
                throw Refusal(
                    .invalid, code: "unknown_version",
                    "fingerprints[\(index)]: this server knows version \(item.algorithm.currentVersion) of \(item.algorithm.rawValue)."
                )
            }
            do throws(FingerprintSetReader.Problem) {
                try reader.add(item.algorithm, item.value, quality: item.quality, seconds: item.time)
            } catch {
                throw Refusal(.invalid, code: "invalid_fingerprint", "fingerprints[\(index)]: \(error.message)")
            }
        }
        return reader.finish()
    }
}
