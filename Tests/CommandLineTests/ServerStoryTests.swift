import Client
import Foundation
import Testing

@testable import firebreak

/// The built program against its own server, as people use the two.
@Suite struct ServerStoryTests {
    @Test("a bank is filled by two people, matches, pauses, and lets go of what is removed")
    func bank() async throws {
        try await RunningServer.with { server in
            try await Synthetic.picture(seed: 3, at: server.place + "/a.png")
            try await Synthetic.picture(seed: 4, at: server.place + "/other.png")
            try await Synthetic.ffmpeg(
                ["-i", "a.png", "-vf", "scale=300:-2", "-q:v", "6", "copy.jpg"], in: server.place)

            let made = try await server.run(["bank", "create", "known", "--purpose", "enforce", "--json"])
            #expect(made.status == 0)
            let bank = try JSONDecoder().decode(BankDocument.self, from: Data(made.output.utf8))
            #expect(bank.state == "draft" && bank.approval == "second")

            let added = try await server.run(["bank", "add", "known", "a.png", "none.png", "--label", "x", "--json"])
            #expect(added.status == 3)
            let line = try #require(added.output.split(separator: "\n").first)
            let entry = try JSONDecoder().decode(EntryDocument.self, from: Data(line.utf8))
            #expect(entry.state == "proposed" && entry.labels == ["x"] && entry.sourceReference == "a.png")

            let own = try await server.run(["bank", "approve", "known", entry.id])
            #expect(own.status == 3 && own.complaint.contains("approver_is_proposer"))
            let key = try await server.run(
                ["key", "create", "second", "--scope", "banks:read", "--scope", "banks:approve"])
            let secret = key.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(secret.hasPrefix("fbk_"))
            #expect(try await server.run(["bank", "approve", "known", "--all", "--key", secret]).status == 0)
            #expect(try await server.run(["bank", "promote", "known"]).status == 0)

            let match = try await server.run(["match", "copy.jpg", "--json"])
            #expect(match.status == 1)
            #expect(match.output.contains("\"status\":\"matched\"") && match.output.contains(entry.id))
            #expect(try await server.run(["match", "other.png"]).status == 0)
            #expect(try await server.run(["match", "copy.jpg", "--bank", "unknown"]).status == 2)
            #expect(try await server.run(["match", "copy.jpg", "none"]).status == 3)

            let scan = ["scan", ".", "--match", "--output", "scan.jsonl"]
            #expect(try await server.run(scan).status == 1)
            let again = try await server.run(scan)
            #expect(again.status == 1)
            #expect(again.complaint.hasPrefix("0 files fingerprinted"))

            #expect(try await server.run(["bank", "pause", "known"]).output == "Bank known is paused.\n")
            #expect(try await server.run(["bank", "promote", bank.id]).output == "Bank known is live.\n")
            #expect(try await server.run(["bank", "remove", "known", entry.id, "--reason", "mistaken"]).status == 0)
            #expect(try await server.run(["match", "copy.jpg"]).status == 0)
        }
    }

    @Test("a list goes out of one bank and into another; bad lines are named and the rest is taken")
    func lists() async throws {
        try await RunningServer.with { server in
            let hashes = (1...5).map { String(repeating: "0123456789abcde\($0)", count: 4) }
            let list = "# hashes\n" + hashes.map { "pdq \($0)\n" }.joined() + "pdq zz\n"
            try Data(list.utf8).write(to: URL(fileURLWithPath: server.place + "/list.txt"))
            for name in ["one", "two"] {
                #expect(try await server.run(["bank", "create", name, "--purpose", "watch"]).status == 0)
            }
            let report = try await server.run(["bank", "import", "one", "list.txt"])
            #expect(report.status == 2)
            #expect(report.output.contains("5 added") && report.output.contains("1 rejected"))
            let rejects = try String(contentsOfFile: server.place + "/list.txt.rejects", encoding: .utf8)
            #expect(rejects.contains("\n7\t") && rejects.contains("\tpdq zz\n"))
            for format in ["plain", "csv", "jsonl"] {
                let file = "out.\(format)"
                #expect(
                    try await server.run(["bank", "export", "one", "--format", format, "-o", file]).status == 0)
                let taken = try await server.run(["bank", "import", "two", file, "--json"])
                #expect(taken.status == 0)
                let counts = try JSONDecoder().decode(ImportReport.self, from: Data(taken.output.utf8))
                #expect(counts.added + counts.known == 5 && counts.rejected == 0)
            }
            let shown = try await server.run(["bank", "show", "two"])
            #expect(shown.output.contains("entries   5 active"))
        }
    }

    @Test("a key that is revoked opens nothing any more")
    func keys() async throws {
        try await RunningServer.with { server in
            let made = try await server.run(["key", "create", "form", "--scope", "banks:read", "--json"])
            let key = try JSONDecoder().decode(KeyDocument.self, from: Data(made.output.utf8))
            let secret = try #require(key.secret)
            #expect(try await server.run(["bank", "list", "--key", secret]).status == 0)
            #expect(try await server.run(["key", "revoke", key.id]).status == 0)
            let refused = try await server.run(["bank", "list", "--key", secret])
            #expect(refused.status == 3)
            #expect(refused.complaint.hasPrefix("firebreak: The server does not accept the key:"))
            let list = try await server.run(["key", "list"])
            #expect(list.output.contains("revoked") && !list.output.contains(secret))
        }
    }

    @Test("the demo recognises every copy and no look-alike, twice, and its server stays until it is stopped")
    func demo() async throws {
        try await TemporaryDirectory.with { directory in
            let demo = ["demo", "--directory", "story", "--port", "28080"]
            var results: [Program.Result] = []
            for _ in 1...2 { results.append(try await Program.run(demo, in: directory)) }
            let known = DataDirectory(directory + "/story/server").running
            let isRunning = known.map { kill($0.pid, 0) == 0 }
            let stop = try await Program.run(demo + ["--stop"], in: directory)
            for result in results {
                #expect(result.status == 0, "\(result.output)\(result.complaint)")
                #expect(
                    result.output.contains(
                        "8 of 8 edited copies recognised and declined; 2 of 2 look-alikes let through."))
            }
            let running = try #require(known)
            #expect(isRunning == true)
            #expect(stop.status == 0)
            #expect(!RunningProgram(pid: running.pid).hasArguments(["serve"]))
        }
    }
}

/// A server of the built program in a directory of its own, on a port that the system chooses.
struct RunningServer {
    /// Where commands run; their `--data` is `data` there.
    let place: String

    static func with(_ body: (RunningServer) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let data = directory + "/data"
            let process = Program.process(["serve", "--data", data, "--listen", "127.0.0.1:0"], in: directory)
            let log = directory + "/log"
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            process.standardOutput = FileHandle(forWritingAtPath: log)
            process.standardError = FileHandle(forWritingAtPath: log)
            try process.run()
            defer {
                process.terminate()
                process.waitUntilExit()
            }
            try await ready(DataDirectory(data), process, log)
            let place = directory + "/place"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try await body(RunningServer(place: place))
        }
    }

    private static func ready(_ data: DataDirectory, _ process: Process, _ log: String) async throws {
        for _ in 0..<1200 {
            try #require(process.isRunning, "\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
            if let url = data.running?.url {
                let client = FirebreakClient(try Endpoint(url: url, key: nil))
                let status = await client.readiness()?.status
                await client.shutdown()
                if status == "ready" { return }
            }
            try await Task.sleep(for: .milliseconds(25))
        }
        Issue.record("the server did not become ready")
    }

    func run(_ arguments: [String]) async throws -> Program.Result {
        try await Program.run(arguments, in: place, environment: ["FIREBREAK_DATA": place + "/../data"])
    }
}

/// Media made by the tests.
enum Synthetic {
    /// Coloured patches, another arrangement for every seed.
    static func picture(seed: Int, at path: String) async throws {
        try await ffmpeg(
            [
                "-f", "lavfi", "-i",
                "life=s=28x18:ratio=0.45:seed=\(seed):life_color=yellow:death_color=navy,scale=840:540:flags=bicubic",
                "-frames:v", "1", path,
            ], in: "/")
    }

    static func ffmpeg(_ arguments: [String], in directory: String) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardInput = FileHandle.nullDevice
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        try #require(status == 0)
    }
}
