import ArgumentParser
import Fingerprints
import Testing

@testable import firebreak

@Suite struct OptionTests {
    @Test(
        "an interval is read with its unit, and seconds are meant where there is none",
        arguments: [("1s", 1000), ("500ms", 500), ("0.5", 500), ("0.25s", 250), ("3600", 3_600_000)])
    func interval(text: String, milliseconds: Int64) {
        #expect(Interval(argument: text)?.time.milliseconds == milliseconds)
    }

    @Test(
        "an interval outside 20 ms to an hour is refused",
        arguments: ["0", "19ms", "-1s", "3601", "nan", "inf", "1m", ""])
    func badInterval(text: String) {
        #expect(Interval(argument: text) == nil)
    }

    @Test("algorithms come in one order however they are named, and once")
    func algorithms() {
        #expect(AlgorithmList(argument: "video,md5,video")?.algorithms == [.md5, .video])
        #expect(AlgorithmList(argument: "md5,sha256")?.isExact == true)
        #expect(AlgorithmList(argument: "md5,pdq")?.isExact == false)
    }

    @Test("unknown algorithms and empty lists are refused", arguments: ["", ",", "pdq,", "PDQ", "text", "pdq;md5"])
    func badAlgorithms(text: String) {
        #expect(AlgorithmList(argument: text) == nil)
    }

    @Test("a key may expire on a day or at a moment")
    func expiry() {
        #expect(ExpiryDate(argument: "2027-01-31")?.text == "2027-01-31T23:59:59Z")
        #expect(ExpiryDate(argument: "2027-01-31T12:00:00Z")?.text == "2027-01-31T12:00:00Z")
        for bad in ["2027-13-01", "tomorrow", "", "2027-1-1", "31.01.2027"] {
            #expect(ExpiryDate(argument: bad) == nil)
        }
    }

    @Test(
        "wrong usage ends with 2 and says how the command is used",
        arguments: [
            ["hash"], ["hash", "--algorithm", "text", "x"], ["hash", "--workers", "0", "x"], ["compare", "a"],
            ["bank", "create", "x"], ["bank", "create", "x", "--purpose", "punish"], ["bank", "approve", "x"],
            ["bank", "approve", "x", "e", "--all"], ["scan", "--bank", "b", "dir"], ["key", "create", "x"],
            ["nonsense"],
            ["compare", "a", "b", "--max-distance", "200"],
        ])
    func usage(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) { _ = try Firebreak.parseAsRoot(arguments) }
        let ending = Ending(try #require(error))
        #expect(ending.code == 2)
        #expect(ending.output.isEmpty)
        #expect(ending.complaint.contains("Usage:"))
    }

    @Test("help and version are answers, not failures", arguments: [["--help"], ["--version"], ["hash", "--help"]])
    func help(arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) {
            var command = try Firebreak.parseAsRoot(arguments)
            try command.run()
        }
        let ending = Ending(try #require(error))
        #expect(ending.code == 0)
        #expect(!ending.output.isEmpty)
        #expect(ending.complaint.isEmpty)
    }
}
