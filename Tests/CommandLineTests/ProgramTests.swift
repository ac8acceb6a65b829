import Foundation
import Testing

@testable import firebreak

/// The built program as a child process.
@Suite struct ProgramTests {
    @Test("a file that cannot be read is told, the others go on, and the end is 3")
    func manyFiles() async throws {
        try await TemporaryDirectory.with { directory in
            for name in ["a", "b"] { try Data(name.utf8).write(to: URL(fileURLWithPath: directory + "/" + name)) }
            let result = try await Program.run(
                ["hash", "--algorithm", "md5", "a", "none", ".", "b"], in: directory)
            #expect(result.status == 3)
            #expect(
                result.output == """
                    md5\t0cc175b9c0f1b6a831c399e269772661\t-\t-\ta
                    md5\t92eb5ffee6ae2fec3ad71c777531578f\t-\t-\tb

                    """)
            #expect(
                result.complaint == """
                    firebreak: none: cannot be read: No such file or directory.
                    firebreak: .: is a directory; name its files, or use firebreak scan.

                    """)
        }
    }

    @Test("with --json every file has its object, also one that cannot be read")
    func json() async throws {
        try await TemporaryDirectory.with { directory in
            try Data("a".utf8).write(to: URL(fileURLWithPath: directory + "/a"))
            let result = try await Program.run(
                ["hash", "--json", "--algorithm", "md5", "none", "a"], in: directory)
            #expect(result.status == 3)
            let lines = try result.output.split(separator: "\n").map {
                try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(lines.map { $0["path"] as? String } == ["none", "a"])
            #expect((lines[0]["error"] as? [String: String])?["code"] == "file_unreadable")
            #expect(lines[1]["error"] == nil)
        }
    }

    @Test("text that is no media is refused with a stable code, and no colour goes into a pipe")
    func noMedia() async throws {
        try await TemporaryDirectory.with { directory in
            try Data("not a picture".utf8).write(to: URL(fileURLWithPath: directory + "/a.jpg"))
            let result = try await Program.run(["hash", "--json", "a.jpg"], in: directory)
            #expect(result.status == 3)
            #expect(result.output.contains("\"media_unsupported\""))
            #expect(!(result.output + result.complaint).contains("\u{1b}"))
        }
    }

    @Test("wrong usage ends with 2, and a missing server with a line that says what to do")
    func endings() async throws {
        try await TemporaryDirectory.with { directory in
            let usage = try await Program.run(["hash"], in: directory)
            #expect(usage.status == 2 && usage.output.isEmpty)
            let missing = try await Program.run(["bank", "list"], in: directory)
            #expect(missing.status == 2)
            #expect(missing.complaint.hasPrefix("firebreak: No server is known: ./firebreak-data/server.json"))
            let gone = try await Program.run(
                ["bank", "pause", "x", "--server", "http://127.0.0.1:1", "--key", "k"], in: directory)
            #expect(gone.status == 3)
            #expect(gone.complaint.split(separator: "\n").count == 1)
        }
    }

    @Test("version tells version, Swift and platform")
    func version() async throws {
        try await TemporaryDirectory.with { directory in
            let result = try await Program.run(["version", "--json"], in: directory)
            #expect(result.status == 0)
            let facts = try JSONDecoder().decode(BuildFacts.self, from: Data(result.output.utf8))
            #expect(facts.version == BuildFacts.version)
        }
    }
}

/// Runs the `firebreak` that was built beside the tests.
enum Program {
    struct Result {
        var status: Int32
        var output: String
        var complaint: String
    }

    static var path: String {
        URL(fileURLWithPath: ProgramFiles.executable).deletingLastPathComponent().appendingPathComponent("firebreak")
            .path
    }

    static func process(
        _ arguments: [String], in directory: String, environment: [String: String] = [:]
    ) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("FIREBREAK_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// What goes to the two outputs goes through files: neither can fill up and stop the program.
    static func run(
        _ arguments: [String], in directory: String, environment: [String: String] = [:]
    ) async throws -> Result {
        try await TemporaryDirectory.with { scratch in
            let process = process(arguments, in: directory, environment: environment)
            let files = [scratch + "/out", scratch + "/err"]
            let handles = try files.map { file in
                _ = FileManager.default.createFile(atPath: file, contents: nil)
                return try #require(FileHandle(forWritingAtPath: file))
            }
            process.standardOutput = handles[0]
            process.standardError = handles[1]
            let status: Int32 = try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do {
                    try process.run()
                } catch {
                    process.terminationHandler = nil
                    continuation.resume(throwing: error)
                }
            }
            let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
            return Result(status: status, output: texts[0], complaint: texts[1])
        }
    }
}
