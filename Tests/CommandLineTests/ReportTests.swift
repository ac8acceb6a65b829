import Client
import Fingerprints
import Foundation
import MediaWorker
import Testing

@testable import firebreak

@Suite struct ReportTests {
    private static let hash = PDQHash(words: SIMD4(1, 2, 3, 4))

    private static let clip = AnalysedFile(
        path: "a\tclip.mp4", kind: .video, bytes: 10, width: 640, height: 360,
        duration: MediaTime(milliseconds: 2500),
        fingerprints: FingerprintSet(
            md5: [UInt8](repeating: 0xab, count: 16),
            video: VideoFingerprint(
                frames: [
                    VideoFrame(number: 0, time: .zero, hash: hash, quality: 80),
                    VideoFrame(number: 25, time: MediaTime(milliseconds: 1000), hash: hash, quality: 7),
                ], duration: MediaTime(milliseconds: 2500)),
            audio: AudioFingerprint(words: [1, 4_294_967_295], duration: MediaTime(milliseconds: 2500))))

    @Test("hash prints algorithm, value, quality, seconds and path with tabs, and a dash for nothing")
    func lines() {
        let hex = Self.hash.hex
        #expect(
            HashReport(Self.clip).lines == [
                "md5\tabababababababababababababababab\t-\t-\ta\\tclip.mp4",
                "video\t\(hex)\t80\t0.000\ta\\tclip.mp4", "video\t\(hex)\t7\t1.000\ta\\tclip.mp4",
                "audio\t1,4294967295\t-\t-\ta\\tclip.mp4",
            ])
    }

    @Test("hash prints one JSON object a file with the documented keys")
    func json() throws {
        let text = try JSONLine.text(HashReport(Self.clip))
        #expect(!text.contains("\n"))
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(
            Set(object.keys) == ["path", "kind", "bytes", "width", "height", "duration", "fingerprints", "notes"])
        #expect(object["duration"] as? Double == 2.5)
        let frames = try #require(object["fingerprints"] as? [[String: Any]])
        #expect(frames[1]["time"] as? Double == 0)
        #expect(frames[2]["quality"] as? Int == 7)
    }

    @Test("a file that cannot be read is an object with its path and a stable code")
    func failure() throws {
        let report = FailedFileReport(
            path: "x", error: FileFailure(code: "file_unreadable", message: "cannot be read."))
        #expect(
            try JSONLine.text(report)
                == #"{"error":{"code":"file_unreadable","message":"cannot be read."},"path":"x"}"#)
    }

    @Test("a match that a benign entry explains is clear; one of a shadow bank is not")
    func status() throws {
        let open = try Self.match(state: "open")
        let benign = try Self.match(state: "suppressed")
        let shadow = try Self.match(state: "shadow")
        #expect(MatchReport(path: "x", matches: []).status == "clear")
        #expect(MatchReport(path: "x", matches: [benign]).status == "clear")
        #expect(MatchReport(path: "x", matches: [benign, open]).status == "matched")
        #expect(MatchReport(path: "x", matches: [shadow]).status == "matched")
    }

    @Test("a file without an answer outweighs one that matched")
    func tally() throws {
        var tally = MatchTally()
        #expect(tally.exitCode == nil)
        tally.count(MatchReport(path: "x", matches: [try Self.match(state: "open")]))
        #expect(tally.exitCode == Ending.matched)
        tally.count(MatchReport(path: "x", error: FileFailure(code: "c", message: "m")))
        #expect(tally.exitCode == Ending.failed)
    }

    @Test("a scan that goes on remembers what matched before")
    func scanTally() {
        var tally = ScanTally()
        tally.count(ScanReport(error: FileFailure(code: "media_unsupported", message: "no"), path: "t.txt"))
        #expect(tally.exitCode == nil)
        tally.matchedEarlier = 2
        #expect(tally.exitCode == Ending.matched)
        #expect(tally.text(known: 5) == "0 files fingerprinted, 5 known from before (2 matched), 1 no media.")
    }

    private static func match(state: String) throws -> MatchDocument {
        let text = """
            {"bank":"bnk_1","bank_name":"b","purpose":"enforce","entry":"ent_1","state":"\(state)","summary":"near",
             "evidence":{"algorithm":"pdq","version":1,"query_coverage":1,"banked_coverage":1,"ranges":[]}}
            """
        return try JSONDecoder().decode(MatchDocument.self, from: Data(text.utf8))
    }
}
