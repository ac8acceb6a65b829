import CoreMetrics
import Foundation
import Moderation
import Testing

@testable import Server

@Suite("Configuration")
struct ConfigurationTests {
    private static func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "firebreak-\(UUID().uuidString).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("Flags win over the environment, and the environment over the file")
    func precedence() async throws {
        let path = try Self.file("listen: 127.0.0.1:1001\nfail_mode: decline\nmedia_workers: 3\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let configuration = try await ConfigurationSources(
            file: path,
            environment: ["FIREBREAK_LISTEN": "127.0.0.1:1002", "FIREBREAK_FAIL_MODE": "allow", "HOME": "/"],
            flags: ["listen": "127.0.0.1:1003"]
        ).load()
        #expect(configuration.port == 1003)
        #expect(configuration.failMode == .allow)
        #expect(configuration.mediaWorkers == 3)
        #expect(configuration.host == "127.0.0.1")
    }

    @Test("With nothing said the server is on this machine only, and unknown is held")
    func defaults() async throws {
        let configuration = try await ConfigurationSources(file: nil, environment: [:], flags: [:]).load()
        #expect(configuration == ServerConfiguration())
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.failMode == .hold)
        #expect(configuration.database == nil)
    }

    @Test(
        "A wrong value or an unknown name is refused by its name",
        arguments: [
            ("listen: nowhere", "listen"), ("listen: host:99999", "listen"), ("fail_mode: maybe", "fail_mode"),
            ("media_workers: 0", "media_workers"), ("frame_interval: fast", "frame_interval"),
            ("database: mysql://x", "database"), ("log_level: loud", "log_level"),
            ("maximum_upload: -1", "maximum_upload"),
            ("fail_mod: hold", "fail_mod"), ("index_staleness: 1", "index_staleness"),
        ])
    func refused(line: String, name: String) async throws {
        let path = try Self.file("# a comment\n\(line)\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let refusal = await #expect(throws: Refusal.self) {
            try await ConfigurationSources(file: path, environment: [:], flags: [:]).load()
        }
        #expect(refusal?.code == "invalid_configuration")
        #expect(refusal?.message.contains(name) == true, "\(refusal?.message ?? "")")
    }

    @Test("A misspelt variable of the environment, and a file that is none, are refused")
    func refusedSources() async throws {
        await #expect(throws: Refusal.self) {
            try await ConfigurationSources(file: nil, environment: ["FIREBREAK_LISTN": "x"], flags: [:]).load()
        }
        await #expect(throws: Refusal.self) {
            try await ConfigurationSources(file: "/nonexistent/f.yaml", environment: [:], flags: [:]).load()
        }
        let path = try Self.file("- a\n- b\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        await #expect(throws: Refusal.self) {
            try await ConfigurationSources(file: path, environment: [:], flags: [:]).load()
        }
    }

    @Test("What is shown reads back as itself, and a password is not shown")
    func shown() async throws {
        var configuration = ServerConfiguration()
        configuration.database = "postgres://ann:secret@db/firebreak"
        configuration.port = 0
        configuration.mediaWorkers = 7
        var read = ServerConfiguration()
        for setting in Setting.all where !setting.isSecret {
            #expect(setting.read(setting.shown(configuration), &read), "\(setting.name)")
        }
        read.database = configuration.database
        #expect(read == configuration)
        for setting in Setting.all { #expect(!setting.shown(configuration).contains("secret")) }
    }

    @Test("A data directory is held by one process at a time, and keeps its name")
    func directory() throws {
        let path = NSTemporaryDirectory() + "firebreak-data-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var first: DataDirectory? = try DataDirectory(path: path)
        let name = first?.node
        let refusal = #expect(throws: Refusal.self) { try DataDirectory(path: path) }
        #expect(refusal?.code == "data_in_use")
        try first?.keep(firstKey: "fbk_x")
        let mode = try FileManager.default.attributesOfItem(atPath: path + "/keys/admin.key")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        first = nil
        #expect(try DataDirectory(path: path).node == name)
    }
}

@Suite("Prometheus text")
struct PrometheusTests {
    @Test("Counters, gauges and durations print in the text format, labels escaped")
    func text() {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "a_total", dimensions: [("route", "/v1/\"x\"\n")]).increment(by: 3)
        registry.makeMeter(label: "b", dimensions: []).set(2.5)
        let timer = registry.makeTimer(label: "c_seconds", dimensions: [("r", "x")])
        timer.recordNanoseconds(3_000_000)
        timer.recordNanoseconds(90_000_000_000)
        let lines = registry.text().split(separator: "\n").map(String.init)
        #expect(lines.contains(#"a_total{route="/v1/\"x\"\n"} 3"#))
        #expect(lines.contains("b 2.5"))
        #expect(lines.contains(#"c_seconds_bucket{r="x",le="0.0025"} 0"#))
        #expect(lines.contains(#"c_seconds_bucket{r="x",le="0.005"} 1"#))
        #expect(lines.contains(#"c_seconds_bucket{r="x",le="+Inf"} 2"#))
        #expect(lines.contains(#"c_seconds_count{r="x"} 2"#))
        #expect(lines.filter { $0.hasPrefix("# TYPE") }.count == 3)
    }
}
