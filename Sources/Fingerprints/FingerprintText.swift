/// Bytes as hexadecimal text.
public enum Hex {
    /// Lower-case digits.
    public static func text(_ bytes: some Collection<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            for (index, byte) in bytes.enumerated() {
                buffer[2 * index] = digits[Int(byte >> 4)]
                buffer[2 * index + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }

    /// Reads digits of either case, or answers `nil`.
    public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            let nibble: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): nibble = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        return bytes
    }
}

extension AudioFingerprint {
    /// The words as decimal numbers with commas between them, as `fpcalc -raw` prints them.
    public var text: String { words.map { String($0) }.joined(separator: ",") }

    /// Reads what `text` prints; refuses anything else, and more than a million words (34 hours).
    public init?(text: some StringProtocol, duration: MediaTime?) {
        var words: [UInt32] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let word = UInt32(piece), words.count < 1_000_000 else { return nil }
            words.append(word)
        }
        self.init(
            words: words,
            duration: duration ?? MediaTime(seconds: Double(words.count) * AudioFingerprint.wordInterval))
    }
}

/// Puts a set together from fingerprints as text, one by one; frames of a video may come in any order.
public struct FingerprintSetReader {
    /// Why a piece of text is no fingerprint.
    public struct Problem: Error, Hashable, Sendable {
        public let message: String

        public init(message: String) {
            self.message = message
        }
    }

    /// Frames that one set may hold: ten hours at four a second.
    public static let frameLimit = 144_000

    private var set = FingerprintSet()
    private var frames: [VideoFrame] = []
    private let duration: MediaTime?

    /// `duration` is in seconds; where it is absent, the last frame or word gives it.
    public init(duration: Double?) {
        self.duration = duration.map { MediaTime(seconds: $0) }
    }

    /// Adds one fingerprint. `quality` is 100 where it is absent; `seconds` belongs to a frame of video and only to it.
    public mutating func add(
        _ algorithm: FingerprintAlgorithm, _ value: String, quality: Int?, seconds: Double?
    ) throws(Problem) {
        if let quality, !(0...100).contains(quality) {
            throw Problem(message: "A quality is a whole number from 0 to 100.")
        }
        switch algorithm {
        case .md5:
            guard set.md5 == nil else { throw repeated(algorithm) }
            set.md5 = try digest(value, 16, algorithm)
        case .sha256:
            guard set.sha256 == nil else { throw repeated(algorithm) }
            set.sha256 = try digest(value, 32, algorithm)
        case .pdq:
            guard set.pdq == nil else { throw repeated(algorithm) }
            set.pdq = PDQFingerprint(hash: try hash(value, algorithm), quality: quality ?? 100)
        case .video:
            guard let seconds, seconds >= 0, seconds < 4_000_000 else {
                throw Problem(message: "A frame of a video needs its time in seconds.")
            }
            guard frames.count < Self.frameLimit else {
                throw Problem(message: "A video has at most \(Self.frameLimit) frames here.")
            }
            frames.append(
                VideoFrame(
                    number: frames.count, time: MediaTime(seconds: seconds), hash: try hash(value, algorithm),
                    quality: quality ?? 100))
        case .audio:
            guard set.audio == nil else { throw repeated(algorithm) }
            guard let audio = AudioFingerprint(text: value, duration: duration) else {
                throw Problem(message: "An audio fingerprint is whole numbers below 2³² with commas between them.")
            }
            set.audio = audio
        }
    }

    public func finish() -> FingerprintSet {
        var set = set
        if !frames.isEmpty {
            let ordered = frames.sorted { $0.time < $1.time }
            let last = ordered.last?.time ?? .zero
            set.video = VideoFingerprint(frames: ordered, duration: max(duration ?? last, last))
        }
        return set
    }

    private func digest(_ text: String, _ count: Int, _ algorithm: FingerprintAlgorithm) throws(Problem) -> [UInt8] {
        guard let bytes = Hex.bytes(text), bytes.count == count else {
            throw Problem(message: "The value of \(algorithm.rawValue) is \(2 * count) hexadecimal digits.")
        }
        return bytes
    }

    private func hash(_ text: String, _ algorithm: FingerprintAlgorithm) throws(Problem) -> PDQHash {
        guard let hash = PDQHash(hex: text) else {
            throw Problem(message: "The value of \(algorithm.rawValue) is 64 hexadecimal digits.")
        }
        return hash
    }

    private func repeated(_ algorithm: FingerprintAlgorithm) -> Problem {
        Problem(message: "There are two \(algorithm.rawValue) fingerprints; one thing has one.")
    }
}
