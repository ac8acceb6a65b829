import Foundation
import Glibc
import Moderation
import Storage

/// Looks at an installation as its operator would, and says what is wrong and what to do about it. Changes nothing.
public struct Doctor: Sendable {
    /// One thing that was looked at.
    public struct Finding: Hashable, Sendable, Encodable {
        public enum Level: String, Hashable, Sendable, Encodable {
            case good, warning, bad
        }

        public var name: String
        public var level: Level
        public var detail: String
    }

    let sources: ConfigurationSources

    public init(sources: ConfigurationSources) {
        self.sources = sources
    }

    public func findings() async -> [Finding] {
        let configuration: ServerConfiguration
        do {
            configuration = try await sources.load()
        } catch {
            return [Finding(name: "configuration", level: .bad, detail: Self.sentence(error))]
        }
        var findings = [Finding(name: "configuration", level: .good, detail: "is valid")]
        findings.append(worker(configuration))
        findings += dataDirectory(configuration)
        findings += await database(configuration)
        return findings
    }

    private func worker(_ configuration: ServerConfiguration) -> Finding {
        do {
            let path = try configuration.workerExecutable()
            let leaks = try Self.attempts.filter { try !Self.isRefused($0, by: path) }
            guard leaks.isEmpty else {
                return Finding(
                    name: "media worker", level: .bad,
                    detail: "its sandbox does not hold on this kernel: \(leaks.joined(separator: ", ")) went through")
            }
            return Finding(name: "media worker", level: .good, detail: "\(path) runs, and its sandbox holds")
        } catch {
            return Finding(name: "media worker", level: .bad, detail: Self.sentence(error))
        }
    }

    /// What the worker's sandbox must refuse; `none` only closes it.
    private static let attempts = ["none", "open", "socket", "execute", "signal", "memory"]

    private static func isRefused(_ attempt: String, by worker: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: worker)
        process.arguments = ["self-test", attempt]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        // Killed by the filter is refused too, but the sandbox alone must not kill.
        return process.terminationStatus == 0 || (process.terminationReason == .uncaughtSignal && attempt != "none")
    }

    private func dataDirectory(_ configuration: ServerConfiguration) -> [Finding] {
        let path = configuration.data
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? Int
        else {
            return [
                Finding(
                    name: "data directory", level: .warning,
                    detail: "\(path) is not there yet; the first start makes it")
            ]
        }
        var findings: [Finding] = []
        findings.append(
            mode & 0o077 == 0
                ? Finding(name: "data directory", level: .good, detail: "\(path) is its owner's alone")
                : Finding(
                    name: "data directory", level: .bad,
                    detail: "\(path) is open to others (mode \(String(mode, radix: 8))); run “chmod 700 \(path)”"))
        var space = statvfs()
        if statvfs(path, &space) == 0 {
            let free = Int(space.f_bavail) * Int(space.f_frsize)
            let level: Finding.Level = free < configuration.maximumUpload ? .warning : .good
            findings.append(
                Finding(
                    name: "disk", level: level,
                    detail:
                        "\(free / 1_048_576) MiB free\(level == .good ? "" : ", less than one upload of the largest size")"
                ))
        }
        return findings
    }

    private func database(_ configuration: ServerConfiguration) async -> [Finding] {
        let paths = DataPaths(configuration.data)
        if configuration.database == nil, !FileManager.default.fileExists(atPath: paths.database) {
            return [Finding(name: "database", level: .warning, detail: "there is none yet; the first start makes it")]
        }
        do {
            let database = try OpenDatabase(configuration, paths).open()
            let findings = try await examine(database)
            await database.close()
            return findings
        } catch {
            return [Finding(name: "database", level: .bad, detail: Self.sentence(error))]
        }
    }

    private func examine(_ database: any Database) async throws -> [Finding] {
        let version = try await Migrator.version(database)
        let known = Migration.all.last?.number ?? 0
        var findings: [Finding] = []
        if version == known {
            findings.append(
                Finding(
                    name: "database", level: .good, detail: "\(database.engine.rawValue) answers, schema \(version)"))
        } else {
            findings.append(
                Finding(
                    name: "database", level: version < known ? .warning : .bad,
                    detail: version < known
                        ? "schema \(version), this program has \(known); run “firebreak migrate”"
                        : "schema \(version) is newer than this program's \(known); use the newer program"))
            return findings
        }
        switch try await AuditChain.verify(database) {
        case .intact(let head):
            findings.append(Finding(name: "audit log", level: .good, detail: "\(head.seq) events, the chain is whole"))
        case .broken(let seq, let flaw):
            findings.append(
                Finding(
                    name: "audit log", level: .bad,
                    detail:
                        "the chain breaks at event \(seq) (\(flaw.rawValue)); keep the database as it is and compare it with a backup"
                ))
        }
        let dead = try await database.read { try JobStore.counts($0) }.filter { $0.state == .dead }
        let count = dead.reduce(0) { $0 + $1.count }
        findings.append(
            count == 0
                ? Finding(name: "jobs", level: .good, detail: "none is on the shelf of the dead")
                : Finding(
                    name: "jobs", level: .bad, detail: "\(count) gave up: \(dead.map(\.kind).joined(separator: ", "))"))
        return findings
    }

    private static func sentence(_ error: any Error) -> String {
        (error as? Refusal)?.message ?? "\(error)"
    }
}
