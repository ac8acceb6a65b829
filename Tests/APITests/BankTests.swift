import Foundation
import Moderation
import Operations
import HTTPTypes
import TestPostgres
import Testing

@Suite("Banks and entries", .serialized)
struct BankTests {
    static let hash = String(repeating: "3c", count: 32)

    @Test("An entry of a two-person bank takes effect when somebody else approves it", arguments: TestEngine.allCases)
    func approval(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let made = try await server.post("/v1/banks", json: #"{"name":"strict","purpose":"enforce"}"#)
            #expect(made.string("approval") == "second")
            let bank = made.string("id")
            _ = try await server.call(
                .patch, "/v1/banks/\(bank)", body: Array(#"{"state":"live"}"#.utf8), type: "application/json")
            let entry = try await server.post(
                "/v1/banks/\(bank)/entries", json: #"{"fingerprints":[{"algorithm":"pdq","value":"\#(Self.hash)"}]}"#)
            #expect(entry.string("state") == "proposed")
            #expect(try await Self.lookup(server).string("status") == "clear")
            let path = "/v1/banks/\(bank)/entries/\(entry.string("id"))"
            let own = try await server.post(path + "/approve")
            #expect(own.code == "approver_is_proposer")
            let second = try await server.key(["banks:approve"])
            #expect(try await server.post(path + "/approve", secret: second).string("state") == "active")
            #expect(try await Self.lookup(server).string("status") == "matched")
        }
    }

    @Test("A lookup follows every change of an entry and of its bank at once", arguments: TestEngine.allCases)
    func follows(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let entry = try await server.post(
                "/v1/banks/\(bank)/entries", json: #"{"fingerprints":[{"algorithm":"pdq","value":"\#(Self.hash)"}]}"#)
            let path = "/v1/banks/\(bank)/entries/\(entry.string("id"))"
            func status() async throws -> String { try await Self.lookup(server).string("status") }
            #expect(try await status() == "matched")
            _ = try await server.post(path + "/suspend", json: #"{"reason":"floods"}"#)
            #expect(try await status() == "clear")
            _ = try await server.post(path + "/resume")
            #expect(try await status() == "matched")
            _ = try await server.call(
                .patch, "/v1/banks/\(bank)", body: Array(#"{"state":"archived"}"#.utf8), type: "application/json")
            #expect(try await status() == "clear")
        }
    }

    @Test("A retracted entry cannot come back, and the same thing can be added anew", arguments: TestEngine.allCases)
    func retracted(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let body = #"{"fingerprints":[{"algorithm":"pdq","value":"\#(Self.hash)"}]}"#
            let entry = try await server.post("/v1/banks/\(bank)/entries", json: body)
            let again = try await server.post("/v1/banks/\(bank)/entries", json: body)
            #expect(again.code == "entry_exists")
            let path = "/v1/banks/\(bank)/entries/\(entry.string("id"))"
            #expect(
                try await server.post(path + "/retract", json: #"{"reason":"wrong"}"#).string("state") == "retracted")
            #expect(try await server.post(path + "/resume").code == "wrong_state")
            #expect(try await server.post("/v1/banks/\(bank)/entries", json: body).status == 201)
        }
    }

    @Test("Lists of banks are paged in the order of their making", arguments: TestEngine.allCases)
    func paging(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            for number in 0..<5 { _ = try await server.bank("bank\(number)", purpose: "watch", state: "draft") }
            var names: [String] = []
            var path = "/v1/banks?limit=2"
            while true {
                let page = try await server.get(path)
                names += page.list("items").compactMap { $0["name"] as? String }
                guard !page.string("next").isEmpty else { break }
                path = "/v1/banks?limit=2&after=\(page.string("next"))"
            }
            #expect(names == (0..<5).map { "bank\($0)" })
        }
    }

    @Test(
        "What is exported can be imported again, in every form of list", arguments: TestEngine.allCases,
        ListFormat.allCases)
    func roundTrip(on engine: TestEngine, format: ListFormat) async throws {
        try await TestServer.run(on: engine) { server in
            let bank = try await server.bank("origin", purpose: "watch")
            for file in [SampleMedia.picture, SampleMedia.video, SampleMedia.song] {
                #expect(
                    try await server.upload("/v1/banks/\(bank)/entries", file, fields: [("labels", "a,b")]).status
                        == 201)
            }
            let list = try await server.get("/v1/banks/\(bank)/export?format=\(format.rawValue)")
            #expect(list.status == 200)
            let copy = try await server.bank("copy", purpose: "review")
            let report = try await server.call(
                .post, "/v1/banks/\(copy)/imports?format=\(format.rawValue)&wait=60", body: Array(list.text.utf8),
                type: "text/plain")
            #expect(report.status == 201, "\(report.text)")
            #expect(report.string("state") == "done")
            #expect(report.json["rejected"] as? Int == 0, "\(report.text)")
            if format != .plain { #expect(report.json["added"] as? Int == 3, "\(report.text)") }
            let answer = try await server.upload("/v1/content", SampleMedia.clip, fields: [("wait", "60")])
            let banks = Set(answer.list("matches").compactMap { $0["bank"] as? String })
            #expect(banks == [bank, copy], "\(answer.text)")
            if format == .jsonl {
                let again = try await server.get("/v1/banks/\(copy)/export?format=jsonl")
                #expect(Self.withoutReferences(again.text) == Self.withoutReferences(list.text))
            }
        }
    }

    @Test("A label that a spreadsheet would calculate is guarded in the CSV, and is itself again when it is imported")
    func formulas() async throws {
        try await TestServer.run { server in
            let bank = try await server.bank("origin", purpose: "watch")
            let labels = ["=1+1", "'=1+1", "@a", "'quoted", "-2", "=\u{301}x"]
            let text = String(decoding: try JSONEncoder().encode(labels), as: UTF8.self)
            let made = try await server.post(
                "/v1/banks/\(bank)/entries",
                json: #"{"labels":\#(text),"fingerprints":[{"algorithm":"pdq","value":"\#(Self.hash)"}]}"#)
            #expect(made.status == 201, "\(made.text)")
            let list = try await server.get("/v1/banks/\(bank)/export?format=csv").text
            #expect(list.contains(",'=1+1|"))
            let copy = try await server.bank("copy", purpose: "watch")
            let report = try await server.call(
                .post, "/v1/banks/\(copy)/imports?format=csv&wait=60", body: Array(list.utf8), type: "text/csv")
            #expect(report.json["added"] as? Int == 1, "\(report.text)")
            let entries = try await server.get("/v1/banks/\(copy)/entries")
            #expect(entries.list("items").first?["labels"] as? [String] == labels)
        }
    }

    @Test("Bad lines are counted and named by their numbers, and the good ones taken", arguments: TestEngine.allCases)
    func rejects(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let bank = try await server.bank("known", purpose: "watch")
            let list = """
                # a comment
                pdq \(Self.hash)
                pdq 1234
                d41d8cd98f00b204e9800998ecf8427e
                \(Self.hash)
                gif87 \(Self.hash)
                pdq \(Self.hash)
                """
            let report = try await server.call(
                .post, "/v1/banks/\(bank)/imports?wait=60", body: Array(list.utf8), type: "text/plain")
            #expect(report.json["added"] as? Int == 2)
            #expect(report.json["known"] as? Int == 1)
            #expect(report.json["rejected"] as? Int == 3)
            #expect(report.list("rejects").compactMap { $0["line"] as? Int } == [3, 5, 6])
            let named = try await server.call(
                .post, "/v1/banks/\(bank)/imports?wait=60&type=sha256", body: Array(Self.hash.utf8), type: "text/plain")
            #expect(named.json["added"] as? Int == 1)
        }
    }

    @Test(
        "An import that stops in the middle goes on where it was, taking nothing twice and losing nothing",
        arguments: TestEngine.allCases)
    func importRestart(on engine: TestEngine) async throws {
        let directory = NSTemporaryDirectory() + "firebreak-import-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (bank, item) = try await TestServer.run(in: directory, on: engine, runsJobs: false) { server in
            let bank = try await server.bank("known", purpose: "watch")
            let lines = (0..<1800).map { "md5 " + String(repeating: "0", count: 28) + String(format: "%04x", $0) }
            let pending = try await server.call(
                .post, "/v1/banks/\(bank)/imports?wait=0", body: Array(lines.joined(separator: "\n").utf8),
                type: "text/plain")
            #expect(pending.status == 202)
            return (bank, pending.string("id"))
        }
        try await TestServer.run(in: directory, on: engine) { server in
            let principal = Principal(actor: .system("test"), platform: server.platform.id, scopes: [.banksRead])
            let (id, bankID) = (try #require(ID<ListImport>(item)), try #require(ID<Bank>(bank)))
            var report = try await ImportList(server.installation).report(id, in: bankID, by: principal)
            while report.finishedAt == nil {
                try await Task.sleep(for: .milliseconds(20))
                report = try await ImportList(server.installation).report(id, in: bankID, by: principal)
            }
            #expect(report.counts.added == 1800)
            #expect(report.counts.rejected == 0)
            let entries = try await server.get("/v1/banks/\(bank)").object("entries")
            #expect(entries["active"] as? Int == 1800)
        }
    }

    private static func lookup(_ server: TestServer) async throws -> Answer {
        try await server.post("/v1/lookup", json: #"{"fingerprints":[{"algorithm":"pdq","value":"\#(hash)"}]}"#)
    }

    private static func withoutReferences(_ list: String) -> [String] {
        list.split(separator: "\n").map {
            String($0).replacing(#/"reference":"[^"]*",?/#, with: "").replacing(",}", with: "}")
        }
    }
}
