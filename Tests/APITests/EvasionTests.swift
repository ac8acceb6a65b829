import Foundation
import MediaWorker
import Moderation
import Operations
import Testing

@Suite("Known content that hides", .serialized)
struct EvasionTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var file: @Sendable () -> [UInt8]
        var outcome = "decline"
    }

    private static let pictures: [Row] = [
        Row(testDescription: "in the transparency", file: { HiddenMedia.inTransparency }),
        Row(testDescription: "in the second frame of a GIF", file: { HiddenMedia.inSecondFrame }),
        Row(testDescription: "in an animated PNG behind a long text", file: { HiddenMedia.behindLongText }),
    ]

    @Test("A known picture is found where a viewer sees it", arguments: pictures)
    func picture(row: Row) async throws {
        try await TestServer.run { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let entry = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
            #expect(entry.status == 201, "\(entry.text)")
            let answer = try await server.upload("/v1/content", row.file(), fields: [("wait", "60")])
            #expect(answer.outcome == row.outcome, "\(answer.text)")
        }
    }

    private static let films: [Row] = [
        Row(testDescription: "behind another film", file: { HiddenMedia.behindAnotherFilm }),
        Row(testDescription: "in a container that states a false duration", file: { HiddenMedia.inLongDuration }),
        Row(testDescription: "beside another film", file: { HiddenMedia.besideAnotherFilm }, outcome: "hold"),
    ]

    @Test("A known film is found where a viewer sees it, or a person has to look", arguments: films)
    func film(row: Row) async throws {
        try await TestServer.run { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let entry = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.video)
            #expect(entry.status == 201, "\(entry.text)")
            let answer = try await server.upload("/v1/content", row.file(), fields: [("wait", "60")])
            #expect(answer.outcome == row.outcome, "\(answer.text)")
        }
    }

    @Test(
        "What was analysed in part is not clear",
        arguments: [
            ("time_limit", "hold"), ("video_undecodable", "hold"), ("frames_gap", "hold"), ("further_streams", "hold"),
            ("no_audio", "allow"), ("frames_limit", "allow"),
        ])
    func incomplete(note: String, outcome: String) async throws {
        try await TestServer.run(analyser: NotingAnalyser(note: note)) { server in
            let answer = try await server.upload("/v1/content", [1, 2, 3])
            #expect(answer.outcome == outcome)
            let reasons = answer.object("verdict")["reasons"] as? [[String: Any]]
            #expect(reasons?.first?["code"] as? String == (outcome == "hold" ? "analysis_incomplete" : nil))
        }
    }

    @Test("The fingerprints of another platform's content are not found")
    func otherPlatform() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/v1/content",
                json: #"{"fingerprints":[{"algorithm":"md5","value":"00112233445566778899aabbccddeeff"}]}"#)
            let id = try #require(ID<Content>(answer.string("id")))
            var random = SystemRandomNumberGenerator()
            let stranger = Principal(
                actor: .system("test"), platform: ID(at: server.clock.now, random: &random), scopes: [.submit])
            await #expect(throws: Refusal.self) {
                _ = try await ReadContent(server.installation).fingerprints(of: id, by: stranger)
            }
        }
    }
}

/// An analyser that sees a video and notes what it left out.
private struct NotingAnalyser: MediaAnalyser {
    var note: String

    func analyse(descriptor: Int32, options: AnalysisOptions) async throws(AnalysisFailure) -> Analysis {
        Analysis(
            kind: .video, format: "mp4", bytes: 3, md5: [UInt8](repeating: 0, count: 16),
            sha256: [UInt8](repeating: 0, count: 32), notes: [note])
    }

    var health: AnalyserHealth { AnalyserHealth(wanted: 1, alive: 1, crashes: 0) }
}
