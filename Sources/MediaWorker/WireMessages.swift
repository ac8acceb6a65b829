import Fingerprints

/// The parent's question; the descriptor of the file travels beside it.
public struct AnalysisRequest: Hashable, Sendable {
    public var options: AnalysisOptions
    public var limits: WorkerLimits

    init(options: AnalysisOptions, limits: WorkerLimits) {
        self.options = options
        self.limits = limits
    }

    /// The longest encoded request.
    static let budget = 256

    func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.write(options.interval.milliseconds)
        writer.write(options.maximumFrames)
        writer.write(limits.bytes)
        writer.write(limits.imageBytes)
        writer.write(limits.pixels)
        writer.write(limits.denseSeconds)
        return writer.bytes
    }

    init(_ bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        options = AnalysisOptions()
        limits = WorkerLimits()
        options.interval = MediaTime(milliseconds: try reader.integer())
        options.maximumFrames = try reader.count()
        limits.bytes = try reader.count()
        limits.imageBytes = try reader.count()
        limits.pixels = try reader.count()
        limits.denseSeconds = try reader.count()
        guard reader.isAtEnd else { throw .malformed }
    }
}

/// The child's answer.
enum AnalysisAnswer {
    /// The longest encoded answer that a parent reads: a day of sound and 100,000 frames fit well.
    static let budget = 16 << 20
    private static let frameLimit = 200_000
    private static let wordLimit = 2_000_000
    private static let variantLimit = 512
    private static let textLimit = 1024

    static func encode(_ result: Result<Analysis, AnalysisFailure>) -> [UInt8] {
        var writer = WireWriter()
        switch result {
        case .success(let analysis):
            writer.write(UInt8(0))
            encode(analysis, into: &writer)
        case .failure(let failure):
            encode(failure, into: &writer)
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(WireError) -> Result<Analysis, AnalysisFailure> {
        var reader = WireReader(bytes)
        let result: Result<Analysis, AnalysisFailure>
        switch try reader.integer(UInt8.self) {
        case 0: result = .success(try analysis(&reader))
        case 1: result = .failure(.empty)
        case 2: result = .failure(.unsupported)
        case 3: result = .failure(.corrupt(try reader.text(limit: textLimit)))
        case 4:
            result = .failure(
                .overBudget(
                    limit: try reader.text(limit: textLimit), allowed: try reader.count(), found: try reader.count()))
        default: throw .malformed
        }
        guard reader.isAtEnd else { throw .malformed }
        return result
    }

    /// The failures that a child can tell of; the others are the parent's to find.
    private static func encode(_ failure: AnalysisFailure, into writer: inout WireWriter) {
        switch failure {
        case .empty: writer.write(UInt8(1))
        case .unsupported: writer.write(UInt8(2))
        case .corrupt(let detail):
            writer.write(UInt8(3))
            writer.write(detail)
        case .overBudget(let limit, let allowed, let found):
            writer.write(UInt8(4))
            writer.write(limit)
            writer.write(allowed)
            writer.write(found)
        case .timedOut, .workerCrashed, .unavailable:
            writer.write(UInt8(3))
            writer.write("the analysis did not end")
        }
    }

    private static func encode(_ analysis: Analysis, into writer: inout WireWriter) {
        writer.write(analysis.kind.rawValue)
        writer.write(analysis.format)
        writer.write(analysis.bytes)
        writer.write(analysis.md5)
        writer.write(analysis.sha256)
        writer.write(analysis.width) { $0.write($1) }
        writer.write(analysis.height) { $0.write($1) }
        writer.write(analysis.rotation)
        writer.write(analysis.duration) { $0.write($1.milliseconds) }
        writer.write(analysis.pdq) { encode($1, into: &$0) }
        writer.write(analysis.pdqVariants) {
            $0.write($1.name)
            encode(PDQFingerprint(hash: $1.hash, quality: $1.quality), into: &$0)
        }
        writer.write(analysis.video) { writer, video in
            writer.write(video.duration.milliseconds)
            writer.write(video.frames) {
                $0.write($1.number)
                $0.write($1.time.milliseconds)
                encode(PDQFingerprint(hash: $1.hash, quality: $1.quality), into: &$0)
            }
        }
        writer.write(analysis.audio) { writer, audio in
            writer.write(audio.duration.milliseconds)
            writer.write(audio.words) { $0.write($1) }
        }
        writer.write(analysis.notes) { $0.write($1) }
    }

    private static func analysis(_ reader: inout WireReader) throws(WireError) -> Analysis {
        guard let kind = Analysis.Kind(rawValue: try reader.text(limit: 16)) else { throw .malformed }
        var analysis = Analysis(
            kind: kind, format: try reader.text(limit: 64), bytes: try reader.count(), md5: try reader.blob(limit: 16),
            sha256: try reader.blob(limit: 32))
        guard analysis.md5.count == 16, analysis.sha256.count == 32 else { throw .malformed }
        analysis.width = try reader.optional { reader throws(WireError) in try reader.count() }
        analysis.height = try reader.optional { reader throws(WireError) in try reader.count() }
        analysis.rotation = try reader.count()
        guard [0, 90, 180, 270].contains(analysis.rotation) else { throw .malformed }
        analysis.duration = try reader.optional { reader throws(WireError) in try time(&reader) }
        analysis.pdq = try reader.optional { reader throws(WireError) in try fingerprint(&reader) }
        analysis.pdqVariants = try reader.list(limit: variantLimit, width: 37) { reader throws(WireError) in
            let (name, value) = (try reader.text(limit: 32), try fingerprint(&reader))
            return PDQVariant(name: name, hash: value.hash, quality: value.quality)
        }
        analysis.video = try reader.optional { reader throws(WireError) in
            let duration = try time(&reader)
            let frames = try reader.list(limit: frameLimit, width: 49) { reader throws(WireError) in
                let (number, position) = (try reader.count(), try time(&reader))
                let fingerprint = try fingerprint(&reader)
                return VideoFrame(
                    number: number, time: position, hash: fingerprint.hash, quality: fingerprint.quality)
            }
            return VideoFingerprint(frames: frames, duration: duration)
        }
        analysis.audio = try reader.optional { reader throws(WireError) in
            let duration = try time(&reader)
            let words = try reader.list(limit: wordLimit, width: 4) { reader throws(WireError) in
                try reader.integer(UInt32.self)
            }
            return AudioFingerprint(words: words, duration: duration)
        }
        analysis.notes = try reader.list(limit: 32, width: 4) { reader throws(WireError) in
            try reader.text(limit: 64)
        }
        return analysis
    }

    private static func encode(_ hash: PDQHash, into writer: inout WireWriter) {
        for word in 0..<4 { writer.write(hash.words[word]) }
    }

    private static func encode(_ fingerprint: PDQFingerprint, into writer: inout WireWriter) {
        encode(fingerprint.hash, into: &writer)
        writer.write(UInt8(clamping: fingerprint.quality))
    }

    private static func hash(_ reader: inout WireReader) throws(WireError) -> PDQHash {
        PDQHash(
            words: SIMD4(try reader.integer(), try reader.integer(), try reader.integer(), try reader.integer()))
    }

    private static func fingerprint(_ reader: inout WireReader) throws(WireError) -> PDQFingerprint {
        let hash = try hash(&reader)
        let quality = Int(try reader.integer(UInt8.self))
        guard quality <= 100 else { throw .malformed }
        return PDQFingerprint(hash: hash, quality: quality)
    }

    private static func time(_ reader: inout WireReader) throws(WireError) -> MediaTime {
        MediaTime(milliseconds: try reader.integer())
    }
}
