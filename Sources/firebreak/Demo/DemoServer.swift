import Client
import Foundation

/// The demo's server: a child process that outlives the command.
struct DemoServer: Sendable {
    let pid: Int32
    let url: String
    let endpoint: Endpoint

    /// Starts `firebreak serve` and returns when it is ready, or says what its log says.
    static func start(_ place: DemoPlace, port: UInt16, _ terminal: Terminal) async throws -> DemoServer {
        let free = try LocalPort.free(from: port)
        if free != port {
            terminal.print("Port \(port) is taken by another program; the demo uses \(free).")
        }
        guard FileManager.default.createFile(atPath: place.log, contents: nil),
            let log = FileHandle(forWritingAtPath: place.log)
        else { throw CommandFailure.failed("\(place.log) cannot be written.") }
        let child = Process()
        child.executableURL = URL(fileURLWithPath: ProgramFiles.executable)
        child.arguments = ["serve", "--data", place.server, "--listen", "127.0.0.1:\(free)"]
        child.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("FIREBREAK_") }
            .merging(ProcessInfo.processInfo.environment.filter { $0.key == "FIREBREAK_MEDIA_WORKER" }) { $1 }
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = log
        child.standardError = log
        do {
            try child.run()
        } catch {
            throw CommandFailure.failed("The server cannot be started: \(Printable.line("\(error)"))")
        }
        return try await ready(child, place, url: "http://127.0.0.1:\(free)")
    }

    private static func ready(_ child: Process, _ place: DemoPlace, url: String) async throws -> DemoServer {
        let data = DataDirectory(place.server)
        let probe = FirebreakClient(try Endpoint(url: url, key: nil))
        var isReady = false
        for _ in 0..<600 where !isReady {
            guard child.isRunning else { break }
            isReady = await probe.readiness()?.status == "ready"
            if !isReady { try await Task.sleep(for: .milliseconds(25)) }
        }
        await probe.shutdown()
        guard isReady, let key = data.adminKey else {
            child.terminate()
            throw CommandFailure.failed(
                "The server did not become ready; its log \(place.log) ends: \(lastLine(place.log))")
        }
        return DemoServer(pid: child.processIdentifier, url: url, endpoint: try Endpoint(url: url, key: key))
    }

    private static func lastLine(_ path: String) -> String {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return Printable.line(text.split(separator: "\n").last.map(String.init) ?? "(nothing)")
    }
}

/// Ports of this machine.
enum LocalPort {
    /// The first port from `start` on that nobody listens on at 127.0.0.1.
    static func free(from start: UInt16) throws -> UInt16 {
        for port in start...(start > 65_435 ? 65_535 : start + 100) where isFree(port) { return port }
        throw CommandFailure.failed("No port from \(start) on is free; name another with --port.")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
