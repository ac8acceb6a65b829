import Foundation
import Testing

@testable import firebreak

@Suite struct TextTests {
    private let plain = Terminal(
        isScreen: false, hasColour: false, isErrorScreen: false, hasErrorColour: false, width: 80)
    private let coloured = Terminal(
        isScreen: true, hasColour: true, isErrorScreen: true, hasErrorColour: true, width: 80)

    @Test("columns are aligned, numbers at the right, and no line ends in blanks")
    func table() {
        var table = TextTable(["NAME", "TOOK", "NOTE"], rightAligned: [1])
        table.add(["a", "1 ms", "first"])
        table.add(["long name", "1200 ms", ""])
        #expect(
            table.text(plain) == """
                NAME          TOOK  NOTE
                a             1 ms  first
                long name  1200 ms
                """)
    }

    @Test("colour changes nothing about the columns and appears only where it may")
    func colour() {
        var table = TextTable(["A", "B"])
        table.add([.init("x", .red), .init("y")])
        #expect(table.text(plain) == "A  B\nx  y")
        #expect(table.text(coloured) == "\u{1b}[2mA\u{1b}[0m  \u{1b}[2mB\u{1b}[0m\n\u{1b}[31mx\u{1b}[0m  y")
    }

    @Test("text from elsewhere cannot steer the terminal or forge a line")
    func control() {
        #expect(Printable.text("a\u{1b}[2Jb\nc\td\u{202e}e") == "a\\u{1b}[2Jb\\nc\\td\\u{202e}e")
        #expect(Printable.text("plain – ünï") == "plain – ünï")
        #expect(Printable.line(String(repeating: "x", count: 1000)).count == 300)
    }

    @Test(
        "times are read at a glance",
        arguments: [(0.0, "0:00"), (59.6, "1:00"), (75, "1:15"), (3723, "1:02:03"), (-1, "?"), (.nan, "?")])
    func time(seconds: Double, text: String) {
        #expect(Quantity.time(seconds) == text)
    }

    @Test(
        "moments have tenths", arguments: [(0.0, "0:00.0"), (7.46, "0:07.5"), (59.96, "1:00.0"), (3600.5, "1:00:00.5")])
    func moment(seconds: Double, text: String) {
        #expect(Quantity.moment(seconds) == text)
    }

    @Test(
        "bytes come in steps of 1024",
        arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (10_240, "10 KiB"), (1_572_864, "1.5 MiB")])
    func bytes(count: Int64, text: String) {
        #expect(Quantity.bytes(count) == text)
    }

    @Test("numbers look the same in every locale")
    func decimal() {
        #expect(Quantity.decimal(1234.5, 2) == "1234.50")
        #expect(Quantity.share(0.834) == "83 %")
    }

    @Test("a progress line fits its width and says what is done and left")
    func progress() {
        let line = ProgressLine(title: "Hashing", done: 25, total: 100, unit: .items, elapsed: 10)
        #expect(line.text(width: 79) == "Hashing  ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  25 %  25 of 100  0:30 left")
        for width in 0...120 { #expect(line.text(width: width).count <= max(width, 0)) }
        let open = ProgressLine(title: "Exporting", done: 2048, total: nil, unit: .bytes, elapsed: 3)
        #expect(open.text(width: 79) == "Exporting  2.0 KiB  0:03")
        let over = ProgressLine(title: "Adding", done: 200, total: 100, unit: .items, elapsed: 3)
        #expect(over.text(width: 79).contains("100 %"))
    }
}
