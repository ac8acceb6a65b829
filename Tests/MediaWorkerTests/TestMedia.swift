import Foundation
import Glibc
import MediaWorker
import Testing

/// Everything that runs a child, one test after another: some tests look for the children of this process.
@Suite("Media worker", .serialized)
enum WorkerTests {}

/// Synthetic media made by the command-line tools of FFmpeg and libheif, once for each test run.
enum TestMedia {
    struct ToolFailure: Error { var command: [String] }

    /// The program under test, beside the test runner.
    static let worker = buildFolder.appending(path: "firebreak-media-worker").path

    private static let buildFolder: URL = {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count)
        let text = String(decoding: path[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return URL(filePath: text).deletingLastPathComponent()
    }()

    static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "firebreak-media-\(getpid())")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }()

    /// Runs FFmpeg with `arguments` and the file's name last, and answers the file's bytes.
    static func make(_ name: String, _ arguments: String) throws -> Data {
        let file = folder.appending(path: "\(UUID().uuidString)-\(name)")
        defer { try? FileManager.default.removeItem(at: file) }
        try run(["ffmpeg", "-v", "error", "-y"] + arguments.split(separator: " ").map(String.init) + [file.path])
        return try Data(contentsOf: file)
    }

    /// A HEIC picture from a PNG made with `arguments`.
    static func heic(_ arguments: String) throws -> Data {
        let (png, heic) = (folder.appending(path: "\(UUID()).png"), folder.appending(path: "\(UUID()).heic"))
        try make("picture.png", arguments).write(to: png)
        try run(["heif-enc", "-q", "90", png.path, "-o", heic.path])
        return try Data(contentsOf: heic)
    }

    private static func run(_ command: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for standard in 0...2 { posix_spawn_file_actions_addopen(&actions, Int32(standard), "/dev/null", O_RDWR, 0) }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        var status: Int32 = -1
        guard posix_spawnp(&process, command[0], &actions, nil, &arguments, environ) == 0 else {
            throw ToolFailure(command: command)
        }
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else { throw ToolFailure(command: command) }
    }
}

/// Lends a pool of one child for the length of a test.
func withPool<Value>(
    executable: String = TestMedia.worker, count: Int = 1, limits: WorkerLimits = WorkerLimits(),
    _ body: (MediaWorkerPool) async throws -> Value
) async throws -> Value {
    let pool = MediaWorkerPool(executable: executable, count: count, limits: limits)
    try await pool.start()
    do {
        let value = try await body(pool)
        await pool.stop()
        return value
    } catch {
        await pool.stop()
        throw error
    }
}

extension MediaWorkerPool {
    /// Analyses bytes through a file without a name.
    func analyse(_ data: Data, options: AnalysisOptions = AnalysisOptions()) async throws -> Analysis {
        let path = TestMedia.folder.appending(path: UUID().uuidString)
        try data.write(to: path)
        let descriptor = open(path.path, O_RDONLY)
        unlink(path.path)
        defer { close(descriptor) }
        return try await analyse(descriptor: descriptor, options: options)
    }

    func failure(of data: Data) async throws -> AnalysisFailure? {
        do {
            _ = try await analyse(data)
            return nil
        } catch let failure as AnalysisFailure {
            return failure
        }
    }
}
