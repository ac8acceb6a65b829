import Client
import Foundation

/// The demo's directory: `media/`, `uploads/`, `server/` and `server.log`.
struct DemoPlace: Hashable, Sendable {
    let directory: String

    var media: String { directory + "/media" }
    var uploads: String { directory + "/uploads" }
    /// The data directory of the demo's server.
    var server: String { directory + "/server" }
    var log: String { directory + "/server.log" }
    private var mark: String { directory + "/.firebreak-demo" }

    /// Makes the directory. Refuses one that holds anything else, since the demo clears what it finds.
    init(_ directory: String) throws {
        self.directory = FileTree.absolute(directory)
        let manager = FileManager.default
        let names = (try? manager.contentsOfDirectory(atPath: self.directory)) ?? []
        guard names.isEmpty || manager.fileExists(atPath: mark) else {
            throw CommandFailure.badInput(
                "\(directory) holds files that are no demo's; name another place with --directory.")
        }
        do {
            for path in [media, uploads] {
                try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
        } catch {
            throw CommandFailure.failed("\(directory) cannot be made; name another place with --directory.")
        }
        guard manager.createFile(atPath: mark, contents: Data()) else {
            throw CommandFailure.failed("\(directory) cannot be written; name another place with --directory.")
        }
    }

    /// Takes away the data of the last demo's server, so that the story begins at its beginning.
    func clearServer() throws {
        guard FileManager.default.fileExists(atPath: server) else { return }
        do {
            try FileManager.default.removeItem(atPath: server)
        } catch {
            throw CommandFailure.failed("\(server) cannot be removed; remove it by hand and try again.")
        }
    }

    /// The server of an earlier demo, if it still runs.
    var runningServer: RunningProgram? {
        guard let known = DataDirectory(server).running else { return nil }
        let program = RunningProgram(pid: known.pid)
        return program.hasArguments(["serve", server]) ? program : nil
    }
}

/// A process that this user started earlier.
struct RunningProgram: Hashable, Sendable {
    var pid: Int32

    /// Whether it runs and was started with these arguments among its own; a number that was given anew to another
    /// program does not have them.
    func hasArguments(_ wanted: [String]) -> Bool {
        guard pid > 1, let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
        let arguments = Set(data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
        return wanted.allSatisfy(arguments.contains)
    }

    /// Asks it to stop and waits until it is gone, 10 s at most.
    func stop() async throws {
        kill(pid, SIGTERM)
        for _ in 0..<200 {
            guard hasArguments(["serve"]) else { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CommandFailure.failed("The last demo's server does not stop; end it with kill -9 \(pid).")
    }
}
