import Foundation
import Logging
import Matching
import MediaWorker
import Moderation
import Operations
import Storage
import TestPostgres
import Testing

@Suite("Nodes on one database", .serialized)
struct NodesTests {
    /// Directories of two nodes that share a PostgreSQL schema and the first key.
    private func withDirectories(_ body: (_ one: String, _ other: String) async throws -> Void) async throws {
        let schema = try await PostgresServer.shared().newSchema()
        let directories = try (0..<2).map { _ in try TestPlace.newDirectory() }
        defer { for directory in directories { try? FileManager.default.removeItem(atPath: directory) } }
        for directory in directories {
            try schema.write(toFile: directory + "/schema", atomically: true, encoding: .utf8)
        }
        try await body(directories[0], directories[1])
    }

    /// Two nodes that live at the same time.
    private func withNodes(
        settings: OperationSettings = OperationSettings(), firstRunsJobs: Bool = true,
        _ body: @Sendable @escaping (_ one: TestServer, _ other: TestServer) async throws -> Void
    ) async throws {
        try await withDirectories { here, there in
            try await TestServer.run(in: here, on: .postgres, runsJobs: firstRunsJobs, node: "one") { one in
                try FileManager.default.copyItem(atPath: here + "/admin.key", toPath: there + "/admin.key")
                try await TestServer.run(in: there, on: .postgres, settings: settings, node: "other") { other in
                    try await body(one, other)
                }
            }
        }
    }

    @Test("Nodes that start together on an empty database make one platform and one first key")
    func firstStart() async throws {
        for _ in 0..<5 {
            let schema = try await PostgresServer.shared().newSchema()
            let databases = try (0..<4).map { _ in try PostgresDatabase(schema) }
            let directory = try TestPlace.newDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let made = try await withThrowingTaskGroup(of: (Platform, String?).self) { group in
                for (number, database) in databases.enumerated() {
                    group.addTask {
                        try await Migrator().run(database, now: 0)
                        let preparation = PrepareInstallation(
                            try installation(database, directory: directory, node: "node-\(number)"))
                        let platform = try await preparation.defaultPlatform()
                        return (platform, try await preparation.firstKey(on: platform))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(made.map(\.0.id)).count == 1)
            #expect(made.compactMap(\.1).count == 1)
            #expect(try await databases[0].read { try PlatformStore($0).all().count } == 1)
            #expect(try await databases[0].read { try KeyStore($0).count() } == 1)
            for database in databases { await database.close() }
        }
    }

    private func installation(_ database: any Database, directory: String, node: String) throws -> Installation {
        let clock = ManualClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return Installation(
            database: database, index: LiveIndex(database: database, logger: logger) { clock.now },
            analyser: FailingAnalyser(.unsupported), spool: try Spool(directory: directory, node: node),
            settings: OperationSettings(), clock: { clock.now }, node: node, logger: logger)
    }

    @Test(
        "What one node adds, another matches once it has caught up; and one Idempotency-Key is one submission on both")
    func shared() async throws {
        try await withNodes { one, other in
            let bank = try await one.bank("known", purpose: "enforce")
            _ = try await one.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
            try await other.installation.index.catchUp()
            let headers = [("Idempotency-Key", "k")]
            let first = try await other.upload("/v1/content", SampleMedia.editedPicture, headers: headers)
            #expect(first.outcome == "decline", "\(first.text)")
            let again = try await one.upload("/v1/content", SampleMedia.editedPicture, headers: headers)
            #expect(again.string("id") == first.string("id"))
            let changed = try await one.upload("/v1/content", SampleMedia.otherPicture, headers: headers)
            #expect(changed.code == "idempotency_key_reused")
        }
    }

    @Test("A node leaves an upload that only another node holds to that node, and counts no attempt")
    func uploadElsewhere() async throws {
        try await withDirectories { here, there in
            let id = try await TestServer.run(in: here, on: .postgres, runsJobs: false, node: "one") { one in
                let bank = try await one.bank("known", purpose: "enforce")
                _ = try await one.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
                return try await one.upload("/v1/content?wait=0", SampleMedia.editedPicture).string("id")
            }
            try FileManager.default.copyItem(atPath: here + "/admin.key", toPath: there + "/admin.key")
            try await TestServer.run(in: there, on: .postgres, node: "other") { other in
                other.clock.advance(milliseconds: 61_000)
                let left = "SELECT attempts FROM job WHERE state = 'ready' AND owner = 'one'"
                var attempts: Int?
                while attempts == nil {
                    attempts = try await other.installation.database.read { try $0.query(left).first?.int(0) }
                }
                // The one of the node that accepted it.
                #expect(attempts == 1)
                #expect(try await other.get("/v1/content/\(id)").string("state") == "submitted")
            }
            try await TestServer.run(in: here, on: .postgres, node: "one") { one in
                one.clock.advance(milliseconds: 120_000)
                let content = try #require(ID<Content>(id))
                let principal = Principal(actor: .system("test"), platform: one.platform.id, scopes: [.submit])
                let decided = try await one.desk.verdict(
                    on: Accepted(content: content, job: nil, isReplay: true), within: 60_000, by: principal)
                #expect(decided?.content.state.name == "declined")
            }
        }
    }

    @Test("An upload whose node does not come back in time is lost, and the fail mode decides")
    func uploadLost() async throws {
        let settings = OperationSettings(uploadPatience: 100_000)
        try await withNodes(settings: settings, firstRunsJobs: false) { one, other in
            let id = try await one.upload("/v1/content?wait=0", SampleMedia.picture).string("id")
            other.clock.advance(milliseconds: 200_000)
            var answer = try await other.get("/v1/content/\(id)")
            while answer.string("state") == "submitted" { answer = try await other.get("/v1/content/\(id)") }
            #expect(answer.outcome == "hold")
            #expect(answer.text.contains("upload_lost"))
        }
    }
}
