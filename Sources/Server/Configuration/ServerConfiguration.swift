public import Fingerprints
import Foundation
public import Logging
public import Moderation

/// Everything that an operator can set. Read from the file, the environment and the flags, of which the later wins.
public struct ServerConfiguration: Sendable, Hashable {
    public var host = "127.0.0.1"
    public var port = 8080
    public var data = "./firebreak-data"
    /// A PostgreSQL URL; `nil` for the embedded database in the data directory.
    public var database: String?
    public var failMode = FailMode.hold
    /// In bytes.
    public var maximumUpload = 2 << 30
    public var frameInterval = MediaTime(milliseconds: 1000)
    public var analysisAttempts = 3
    public var mediaWorkers = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// The media worker's program; `nil` for the one beside this program.
    public var worker: String?
    /// In milliseconds.
    public var indexStaleness: Int64 = 10_000
    public var logLevel = Logger.Level.info

    public init() {}

    /// The path of the media worker's program; refuses where there is none.
    public func workerExecutable() throws(Refusal) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(
            "firebreak-media-worker")
        let path = worker ?? beside.path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Refusal(
                .invalid, code: "worker_missing",
                "The media worker \(path) is not there or not executable; build it, or name it with media_worker.")
        }
        return path
    }
}
