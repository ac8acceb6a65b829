import Foundation
import MediaWorker
import Moderation
import Operations
import Storage
import TestPostgres
import Testing

@Suite("Submissions", .serialized)
struct SubmissionTests {
    @Test(
        "The verdict follows the purpose of the bank that matched",
        arguments: TestEngine.allCases,
        [
            ("enforce", "live", "decline", "open"), ("review", "live", "hold", "open"),
            ("watch", "live", "watch", "open"), ("benign", "live", "allow", "shadow"),
            ("test", "live", "allow", "shadow"), ("enforce", "shadow", "allow", "shadow"),
        ])
    func purposes(on engine: TestEngine, _ row: (String, String, String, String)) async throws {
        let (purpose, state, outcome, match) = row
        try await TestServer.run(on: engine) { server in
            let bank = try await server.bank("known", purpose: purpose, state: state)
            let entry = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
            #expect(entry.status == 201, "\(entry.text)")
            let answer = try await server.upload("/v1/content", SampleMedia.editedPicture)
            #expect(answer.status == 201)
            #expect(answer.outcome == outcome)
            #expect(answer.list("matches").map { $0["state"] as? String } == [match])
            #expect(answer.list("matches").first?["entry"] as? String == entry.string("id"))
        }
    }

    @Test("A match says how near the picture is, and in which view")
    func pictureEvidence() async throws {
        try await TestServer.run { server in
            let bank = try await server.bank("known", purpose: "enforce")
            _ = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
            let answer = try await server.upload("/v1/content", SampleMedia.editedPicture)
            let evidence = try #require(answer.list("matches").first?["evidence"] as? [String: Any])
            let distance = try #require(evidence["distance"] as? Double)
            #expect((1...31).contains(distance))
            #expect(evidence["variant"] as? String == "upright")
            #expect(answer.object("facts")["width"] as? Int == 400)
            let other = try await server.upload("/v1/content", SampleMedia.otherPicture)
            #expect(other.outcome == "allow")
            #expect(other.list("matches").isEmpty)
        }
    }

    @Test("A clip out of a banked video is declined, and the match names the seconds on both sides")
    func videoEvidence() async throws {
        try await TestServer.run { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let entry = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.video)
            #expect(entry.status == 201, "\(entry.text)")
            let answer = try await server.upload("/v1/content", SampleMedia.clip, fields: [("wait", "60")])
            #expect(answer.outcome == "decline", "\(answer.text)")
            let evidence = answer.list("matches").compactMap { $0["evidence"] as? [String: Any] }
            let video = try #require(evidence.first { $0["algorithm"] as? String == "video" })
            let range = try #require((video["ranges"] as? [[String: Any]])?.first)
            let queryStart = try #require(range["query_start"] as? Double)
            let bankedStart = try #require(range["banked_start"] as? Double)
            #expect(abs(bankedStart - queryStart - 2) <= 1.1, "the clip begins 2 s into the video: \(range)")
            #expect(try #require(range["matched_seconds"] as? Double) >= 3)
        }
    }

    @Test("Sound is recognised in another format, and reported as sound")
    func audioEvidence() async throws {
        try await TestServer.run { server in
            let bank = try await server.bank("songs", purpose: "review")
            _ = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.song)
            let answer = try await server.upload("/v1/content", SampleMedia.songAsMP3, fields: [("wait", "60")])
            #expect(answer.outcome == "hold", "\(answer.text)")
            let evidence = try #require(answer.list("matches").first?["evidence"] as? [String: Any])
            #expect(evidence["algorithm"] as? String == "audio")
            #expect(try #require(evidence["bit_error_rate"] as? Double) <= 0.2)
        }
    }

    @Test("A benign entry suppresses the matches of other banks", arguments: TestEngine.allCases)
    func benign(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let enforce = try await server.bank("known", purpose: "enforce")
            let benign = try await server.bank("harmless", purpose: "benign")
            _ = try await server.upload("/v1/banks/\(enforce)/entries", SampleMedia.picture)
            let harmless = try await server.upload("/v1/banks/\(benign)/entries", SampleMedia.picture)
            let answer = try await server.upload("/v1/content", SampleMedia.picture)
            #expect(answer.outcome == "allow")
            let states = Set(answer.list("matches").compactMap { $0["state"] as? String })
            #expect(states == ["suppressed", "shadow"])
            let suppressed = answer.list("matches").first { $0["state"] as? String == "suppressed" }
            #expect(suppressed?["suppressed_by"] as? String == harmless.string("id"))
        }
    }

    @Test("With no time to wait the answer is 202, and the verdict can be read later", arguments: TestEngine.allCases)
    func noWait(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let pending = try await server.upload("/v1/content?wait=0", SampleMedia.video)
            #expect(pending.status == 202)
            #expect(pending.string("state") == "submitted")
            let id = try #require(ID<Content>(pending.string("id")))
            let principal = Principal(actor: .system("test"), platform: server.platform.id, scopes: [.submit])
            let replay = Accepted(content: id, job: nil, isReplay: true)
            _ = try await server.desk.verdict(on: replay, within: 60_000, by: principal)
            let later = try await server.get("/v1/content/\(id)?fingerprints=true")
            #expect(later.outcome == "allow")
            #expect(!later.list("fingerprints").isEmpty)
        }
    }

    @Test("Concurrent requests with one Idempotency-Key make one submission", arguments: TestEngine.allCases)
    func idempotency(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await server.upload(
                            "/v1/content", SampleMedia.picture, headers: [("Idempotency-Key", "once")]
                        ).string("id")
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(ids.first?.hasPrefix("con_") == true)
            let count = try await server.installation.database.read {
                try $0.query("SELECT COUNT(*) FROM content").first?.integer(0)
            }
            #expect(count == 1)
            let other = try await server.upload(
                "/v1/content", SampleMedia.otherPicture, headers: [("Idempotency-Key", "once")])
            #expect(other.status == 422)
            #expect(other.code == "idempotency_key_reused")
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.directory + "/spool").isEmpty)
        }
    }

    @Test("Fingerprints alone are enough for a verdict", arguments: TestEngine.allCases)
    func fingerprintsOnly(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let hash = String(repeating: "9c", count: 32)
            let near = "9d" + hash.dropFirst(2)
            let entry = try await server.post(
                "/v1/banks/\(bank)/entries", json: #"{"fingerprints":[{"algorithm":"pdq","value":"\#(hash)"}]}"#)
            #expect(entry.status == 201, "\(entry.text)")
            let answer = try await server.post(
                "/v1/content",
                json:
                    #"{"external_id":"post-1","kind":"image","fingerprints":[{"algorithm":"pdq","value":"\#(near)","quality":80}]}"#
            )
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.outcome == "decline")
            #expect(answer.string("external_id") == "post-1")
        }
    }

    @Test(
        "While the index cannot answer, content is held with the reason and lookups answer 503",
        arguments: TestEngine.allCases)
    func indexUnavailable(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine, settings: OperationSettings(indexPatience: 50), loadIndex: false) {
            server in
            let held = try await server.upload("/v1/content", SampleMedia.picture)
            #expect(held.outcome == "hold")
            let reasons = held.object("verdict")["reasons"] as? [[String: Any]]
            #expect(reasons?.first?["code"] as? String == "index_unavailable")
            let hash = String(repeating: "9c", count: 32)
            let lookup = try await server.post(
                "/v1/lookup", json: #"{"fingerprints":[{"algorithm":"pdq","value":"\#(hash)"}]}"#)
            #expect(lookup.status == 503)
            #expect(lookup.code == "index_unavailable")
            #expect(try await server.get("/readyz", secret: nil).status == 503)
        }
    }

    @Test("A file that cannot be analysed is held, and the reason is its own", arguments: TestEngine.allCases)
    func undecodable(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let garbage = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
            let answer = try await server.upload("/v1/content", garbage)
            #expect(answer.outcome == "hold")
            let reasons = answer.object("verdict")["reasons"] as? [[String: Any]]
            #expect(reasons?.first?["code"] as? String == "media_unsupported")
        }
    }

    @Test("Three crashes on one file end in the fail mode's verdict", arguments: TestEngine.allCases, FailMode.allCases)
    func crashes(on engine: TestEngine, failMode: FailMode) async throws {
        let analyser = FailingAnalyser(.workerCrashed(signal: 11))
        try await TestServer.run(on: engine, settings: OperationSettings(failMode: failMode), analyser: analyser) {
            server in
            let first = try await server.upload("/v1/content?wait=0", SampleMedia.picture)
            let id = try #require(ID<Content>(first.string("id")))
            let principal = Principal(actor: .system("test"), platform: server.platform.id, scopes: [.submit])
            // Each retry waits longer by the manual clock; the desk looks four times a second.
            for _ in 0..<200 {
                if case .decided = try await ReadContent(server.installation).content(id, by: principal).content.state {
                    break
                }
                server.clock.advance(milliseconds: 60_000)
                _ = try await server.desk.verdict(
                    on: Accepted(content: id, job: nil, isReplay: true), within: 100, by: principal)
            }
            let answer = try await server.get("/v1/content/\(id)")
            #expect(answer.outcome == failMode.outcome.rawValue)
            #expect(analyser.calls == 3)
        }
    }

    @Test("What a stop leaves in the middle of analysis, the next start finishes", arguments: TestEngine.allCases)
    func restart(on engine: TestEngine) async throws {
        let directory = NSTemporaryDirectory() + "firebreak-restart-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let id = try await TestServer.run(in: directory, on: engine, runsJobs: false) { server in
            let bank = try await server.bank("known", purpose: "enforce")
            _ = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
            let id = try await server.upload("/v1/content?wait=0", SampleMedia.editedPicture).string("id")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/spool").count == 1)
            return id
        }
        try await TestServer.run(in: directory, on: engine) { server in
            let content = try #require(ID<Content>(id))
            let principal = Principal(actor: .system("test"), platform: server.platform.id, scopes: [.submit])
            let decided = try await server.desk.verdict(
                on: Accepted(content: content, job: nil, isReplay: true), within: 60_000, by: principal)
            #expect(decided?.content.state.name == "declined")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/spool").isEmpty)
        }
    }

    @Test(
        "Replaying the events gives the stored state, and the chain of events is whole", arguments: TestEngine.allCases)
    func replay(on engine: TestEngine) async throws {
        try await TestServer.run(on: engine) { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let entry = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
            let entryID = entry.string("id")
            _ = try await server.post("/v1/banks/\(bank)/entries/\(entryID)/suspend", json: #"{"reason":"looking"}"#)
            _ = try await server.post("/v1/banks/\(bank)/entries/\(entryID)/resume")
            let content = try await server.upload(
                "/v1/content", SampleMedia.editedPicture, fields: [("account_id", "u1")])
            let (bankID, entryKey, contentID) = (
                try #require(ID<Bank>(bank)), try #require(ID<BankEntry>(entryID)),
                try #require(ID<Content>(content.string("id")))
            )
            let platform = server.platform.id
            try await server.installation.database.read { connection in
                let audit = AuditStore(connection)
                let stored = try #require(try ContentStore(connection).content(contentID, on: platform)).content
                var replayed = try Content.replay(
                    try audit.events(of: contentID), id: contentID, platform: platform, createdAt: stored.createdAt)
                replayed?.version = stored.version
                #expect(replayed == stored)
                let storedEntry = try #require(try EntryStore(connection).entry(entryKey, in: bankID))
                let replayedEntry = try BankEntry.replay(
                    try audit.events(of: entryKey), id: entryKey, platform: platform, createdAt: storedEntry.createdAt)
                #expect(replayedEntry == storedEntry)
                let storedBank = try #require(try BankStore(connection).bank(bankID, on: platform))
                let replayedBank = try Bank.replay(
                    try audit.events(of: bankID), id: bankID, platform: platform, createdAt: storedBank.createdAt)
                #expect(replayedBank == storedBank)
            }
            guard case .intact = try await AuditChain.verify(server.installation.database) else {
                Issue.record("the chain is broken")
                return
            }
        }
    }
}
