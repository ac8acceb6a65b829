import Foundation
import Storage

/// One private PostgreSQL for the test process: a data directory of its own, a Unix socket in it, no network.
///
/// It ends and removes its directory when the test process ends, however that ends, since its watchdog then reads the end
/// of its standard input.
public struct PostgresServer: Sendable {
    public struct Missing: Error, CustomStringConvertible {
        public var description: String
    }

    private static let install = "These tests need PostgreSQL: install it with `apt-get install postgresql`."
    private static let running = Task { try start() }

    /// Where the socket is.
    public let directory: String
    private let watchdog: Process
    private let input: Pipe

    public static func shared() async throws -> PostgresServer {
        try await running.value
    }

    /// A connection string for a new, empty schema.
    public func newSchema() async throws -> String {
        let name = "t" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let database = try PostgresDatabase(connection(""))
        try await database.write { connection in try connection.execute("CREATE SCHEMA \(name)") }
        await database.close()
        return connection("options='-csearch_path=\(name)'")
    }

    private func connection(_ rest: String) -> String {
        "host=\(directory) user=firebreak dbname=postgres \(rest)"
    }

    private static let script = """
        set -e
        dir=$(mktemp -d /tmp/firebreak-pg.XXXXXX)
        trap 'trap - EXIT; "$1/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1; rm -rf "$dir"' EXIT
        "$1/initdb" -D "$dir/data" -U firebreak -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 </dev/null
        "$1/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" \\
            -o "-k $dir -c listen_addresses= -c fsync=off -c max_connections=300" start >/dev/null </dev/null
        echo "$dir"
        read -r line || true
        """

    private static func start() throws -> PostgresServer {
        let binaries = try binaries()
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        let shell = ["/bin/sh", "-c", script, "sh", binaries]
        // PostgreSQL refuses to run as root.
        let command =
            geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + shell : shell
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Missing(description: "PostgreSQL in \(binaries) did not start.") }
            line.append(more)
        }
        let directory = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return PostgresServer(directory: directory, watchdog: process, input: input)
    }

    private static func binaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let candidates =
            versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(root)/\($0)/bin" }
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let found = candidates.first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
        guard let found else { throw Missing(description: install) }
        return found
    }
}
