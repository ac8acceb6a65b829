import Fingerprints
import Testing

@Suite("vPDQ lists")
struct VPDQTextTests {
    static let hex = "42aad5542a5452b525a54b2db6494c99999e66339c6370b787a77d4ac03f1fea"

    @Test("Both forms are read as they were written", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frames = (0..<200).map { number in
            VideoFrame(
                number: number, time: MediaTime(milliseconds: Int64(number) * 997), hash: random.hash(),
                quality: Int.random(in: 0...100, using: &random))
        }
        let fingerprint = VideoFingerprint(frames: frames, duration: MediaTime(milliseconds: 200 * 997))
        #expect(try VPDQText.parse(VPDQText.text(fingerprint)) == fingerprint)
        #expect(try VPDQText.parse(json: VPDQText.json(fingerprint)) == fingerprint)
    }

    @Test("The forms are those of vPDQ")
    func forms() throws {
        let hash = try #require(PDQHash(hex: Self.hex))
        let frame = VideoFrame(number: 25, time: MediaTime(milliseconds: 1040), hash: hash, quality: 100)
        let fingerprint = VideoFingerprint(frames: [frame], duration: MediaTime(milliseconds: 2040))
        #expect(VPDQText.text(fingerprint) == "25,100,\(Self.hex),1.040\n")
        #expect(VPDQText.json(fingerprint) == "[\"\(Self.hex),100,1.040\"]")
    }

    @Test("Blank lines, carriage returns, capitals and any number of decimals are read")
    func leniency() throws {
        let text = "\r\n0,7,\(Self.hex.uppercased()),0\r\n\n5,0,\(Self.hex),12.3456789"
        let read = try VPDQText.parse(text)
        #expect(read.frames.map(\.time.milliseconds) == [0, 12346])
        #expect(read.frames.map(\.number) == [0, 5])
        #expect(try VPDQText.parse("").frames.isEmpty)
        #expect(try VPDQText.parse(json: " [ ] ").frames.isEmpty)
    }

    @Test("Frames out of order are put in order of time")
    func order() throws {
        let read = try VPDQText.parse("9,50,\(Self.hex),3.000\n3,50,\(Self.hex),1.000\n")
        #expect(read.frames.map(\.number) == [3, 9])
    }

    @Test(
        "A bad line is refused by its number and reason",
        arguments: [
            ("0,1,\(hex)", VPDQTextError.Reason.fieldCount),
            ("0,1,\(hex),0.000,", .fieldCount),
            ("header", .fieldCount),
            (" 0,1,\(hex),0.000", .frameNumber),
            ("-1,1,\(hex),0.000", .frameNumber),
            ("1234567890,1,\(hex),0.000", .frameNumber),
            ("99999999999999999999999,1,\(hex),0.000", .frameNumber),
            (",1,\(hex),0.000", .frameNumber),
            ("0,101,\(hex),0.000", .quality),
            ("0,-1,\(hex),0.000", .quality),
            ("0,1.5,\(hex),0.000", .quality),
            ("0,,\(hex),0.000", .quality),
            ("0,1,\(hex.dropLast()),0.000", .hash),
            ("0,1,\(hex)0,0.000", .hash),
            ("0,1,,0.000", .hash),
            ("0,1,\(hex.dropLast())g,0.000", .hash),
            ("0,1,\(hex),", .seconds),
            ("0,1,\(hex),.5", .seconds),
            ("0,1,\(hex),1.", .seconds),
            ("0,1,\(hex),-1.000", .seconds),
            ("0,1,\(hex),nan", .seconds),
            ("0,1,\(hex),1e5", .seconds),
            ("0,1,\(hex),1.2.3", .seconds),
            ("0,1,\(hex),1234567890.0", .seconds),
            ("0,1,\(hex),0.000" + String(repeating: "0", count: 100), .tooLong),
            ("\u{FEFF}0,1,\(hex),0.000", .frameNumber),
        ])
    func refused(line: String, reason: VPDQTextError.Reason) {
        let text = "0,1,\(Self.hex),0.000\n\n\(line)\n"
        #expect(throws: VPDQTextError(entry: 3, reason: reason)) { try VPDQText.parse(text) }
    }

    @Test(
        "A bad JSON document is refused by the place and reason",
        arguments: [
            ("", 1, VPDQTextError.Reason.notAnArrayOfStrings),
            ("{}", 1, .notAnArrayOfStrings),
            ("[1]", 1, .notAnArrayOfStrings),
            ("[null]", 1, .notAnArrayOfStrings),
            ("[\"\(hex),1,0.000\"", 1, .notAnArrayOfStrings),
            ("[\"\(hex),1,0.000\", [\"\"]]", 1, .notAnArrayOfStrings),
            ("[\"\(hex),1,0.000\", \"\"]", 2, .fieldCount),
            ("[\"\(hex),1,0.000\", \"\(hex),101,0.000\"]", 2, .quality),
            ("[\"\(hex),1,0.000\", \"0,1,\(hex),0.000\"]", 2, .fieldCount),
            ("[\"\(hex),1,x\"]", 1, .seconds),
            (String(repeating: "[", count: 100_000), 1, .notAnArrayOfStrings),
        ])
    func refused(json: String, entry: Int, reason: VPDQTextError.Reason) {
        #expect(throws: VPDQTextError(entry: entry, reason: reason)) { try VPDQText.parse(json: json) }
    }

    @Test("More frames than the limit are refused before they are read")
    func limit() {
        let line = "0,1,\(Self.hex),0\n"
        let text = String(repeating: line, count: 20_000)
        #expect(throws: Never.self) { try VPDQText.parse(text, maximumFrames: 20_000) }
        #expect(throws: VPDQTextError(entry: 19_999, reason: .tooManyFrames)) {
            try VPDQText.parse(text, maximumFrames: 19_998)
        }
        #expect(throws: VPDQTextError(entry: 3, reason: .tooManyFrames)) {
            try VPDQText.parse(json: "[\"a\",\"b\",\"c\"]", maximumFrames: 2)
        }
    }

    @Test("The error says where and what")
    func sentence() {
        #expect(
            VPDQTextError(entry: 7, reason: .hash).description == "Entry 7: the hash is not 64 hexadecimal digits.")
    }
}
