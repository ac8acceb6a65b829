import Fingerprints
import Foundation
import MediaWorker

/// Analyses files of this machine, with sandboxed workers of its own where decoding is needed.
struct FileAnalyser: Sendable {
    private let pool: MediaWorkerPool?
    private let interval: MediaTime
    let algorithms: AlgorithmList

    /// Runs `body` with an analyser whose workers are started before and stopped after it.
    ///
    /// Where `algorithms` are exact there are no workers, and any file will do.
    static func with<Value: Sendable>(
        _ options: HashOptions, algorithms: AlgorithmList = .all, files: Int = .max,
        _ body: (FileAnalyser) async throws -> Value
    ) async throws -> Value {
        guard !algorithms.isExact else {
            return try await body(FileAnalyser(pool: nil, interval: options.interval.time, algorithms: algorithms))
        }
        let program = try ProgramFiles.mediaWorker(environment: ProcessInfo.processInfo.environment)
        let pool = MediaWorkerPool(executable: program, count: max(1, min(options.width, files)))
        try await pool.start()
        do {
            let value = try await body(
                FileAnalyser(pool: pool, interval: options.interval.time, algorithms: algorithms))
            await pool.stop()
            return value
        } catch {
            await pool.stop()
            throw error
        }
    }

    /// The facts and the asked-for fingerprints of one file.
    func analyse(_ path: String) async throws(FileFailure) -> AnalysedFile {
        let descriptor = try OpenFile.descriptor(path)
        defer { close(descriptor) }
        guard let pool else { return try Self.digests(descriptor, path, algorithms) }
        do {
            let analysis = try await pool.analyse(
                descriptor: descriptor, options: AnalysisOptions(interval: interval))
            return AnalysedFile(path, analysis, algorithms)
        } catch {
            throw FileFailure(error)
        }
    }

    private static func digests(
        _ descriptor: Int32, _ path: String, _ algorithms: AlgorithmList
    ) throws(FileFailure) -> AnalysedFile {
        var digests = FileDigests()
        var bytes = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure.unreadable(errno) }
            guard count > 0 else { break }
            bytes += count
            buffer.withUnsafeBytes { digests.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        let (md5, sha256) = digests.finalize()
        return AnalysedFile(
            path: path, kind: nil, bytes: bytes,
            fingerprints: FingerprintSet(md5: md5, sha256: sha256).only(algorithms))
    }
}

/// Opens regular files and nothing else.
enum OpenFile {
    /// A descriptor for reading, which the caller closes.
    static func descriptor(_ path: String) throws(FileFailure) -> Int32 {
        // A pipe without a writer would wait for ever; without blocking it opens, and is then refused.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFailure.unreadable(errno) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else {
            let number = errno
            close(descriptor)
            throw FileFailure.unreadable(number)
        }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: return descriptor
        case S_IFDIR:
            close(descriptor)
            throw FileFailure(
                code: "is_directory", message: "is a directory; name its files, or use firebreak scan.")
        default:
            close(descriptor)
            throw FileFailure(code: "not_a_file", message: "is not a regular file.")
        }
    }
}

/// Why one file among others has no answer.
struct FileFailure: Error, Hashable, Codable, Sendable {
    /// Stable: `file_unreadable`, `is_directory`, `not_a_file`, `media_unsupported` …
    var code: String
    var message: String

    init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    init(_ failure: AnalysisFailure) {
        self.init(code: failure.code, message: failure.message)
    }

    static func unreadable(_ number: Int32) -> FileFailure {
        FileFailure(code: "file_unreadable", message: "cannot be read: \(String(cString: strerror(number))).")
    }

    /// The line for a person: which file, and what about it.
    func line(_ path: String) -> String { "firebreak: \(Printable.text(path)): \(message)" }
}
