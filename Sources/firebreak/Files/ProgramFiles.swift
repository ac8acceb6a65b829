import Foundation

/// Where this program and its companions are.
enum ProgramFiles {
    /// The absolute path of the running program.
    static var executable: String {
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
        return Bundle.main.executablePath ?? CommandLine.arguments.first ?? "firebreak"
    }

    /// The media worker: what `FIREBREAK_MEDIA_WORKER` names, else the program beside this one.
    static func mediaWorker(environment: [String: String]) throws -> String {
        if let named = environment["FIREBREAK_MEDIA_WORKER"] {
            guard FileManager.default.isExecutableFile(atPath: named) else {
                throw CommandFailure.failed("FIREBREAK_MEDIA_WORKER names \(named), which is not a program.")
            }
            return URL(fileURLWithPath: named).path
        }
        let beside = URL(fileURLWithPath: executable).deletingLastPathComponent()
        let path = beside.appendingPathComponent("firebreak-media-worker").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw CommandFailure.failed(
                "The media worker is missing: \(path); build it with swift build, or name it in FIREBREAK_MEDIA_WORKER."
            )
        }
        return path
    }
}
