import Testing

/// Each rule is seen to fail on a small made-up tree, and to pass on the nearest good one.
@Suite("The rules of the architecture")
struct RuleTests {
    struct Example: CustomTestStringConvertible {
        var testDescription: String
        var targets = [TargetEntry(name: "Lower"), TargetEntry(name: "Upper", dependencies: ["Lower"])]
        var path = "Sources/Upper/File.swift"
        var text = ""
        var page = "| `Lower`, `Upper` | both |\n"
        var expected: [String] = []

        var architecture: Architecture {
            Architecture(targets: targets, files: [SourceFile(path: path, text: text)], modulesPage: page)
        }
    }

    @Test("A tree breaks exactly the rules that it breaks", arguments: examples)
    func rule(_ example: Example) {
        #expect(example.architecture.violations == example.expected)
    }

    static let examples: [Example] = edges + imports + sizes + hatches

    private static let edges: [Example] = [
        Example(testDescription: "an edge down"),
        Example(
            testDescription: "an edge up",
            targets: [TargetEntry(name: "Lower", dependencies: ["Upper"]), TargetEntry(name: "Upper")],
            expected: ["Package.swift: Lower depends on Upper, which stands below it"]),
        Example(
            testDescription: "an edge to itself",
            targets: [TargetEntry(name: "Lower", dependencies: ["Lower"]), TargetEntry(name: "Upper")],
            expected: ["Package.swift: Lower depends on Lower, which stands below it"]),
        Example(
            testDescription: "a target without a row",
            page: "| `Upper` | only |\n`Lower` in a sentence\n| other | `Lower` |",
            expected: ["Documentation/Modules.md: no row for Lower"]),
        Example(
            testDescription: "a test target without a row",
            targets: [TargetEntry(name: "Lower"), TargetEntry(name: "UpperTests", isTest: true)]),
    ]

    private static let imports: [Example] = [
        Example(
            testDescription: "a declared target, in every spelling",
            text: "@testable public import struct Lower.Thing\n"),
        Example(
            testDescription: "a target that is not declared",
            targets: [TargetEntry(name: "Lower"), TargetEntry(name: "Upper")], text: "import Lower\n",
            expected: ["Sources/Upper/File.swift: Upper does not declare Lower"]),
        Example(
            testDescription: "an outside module away from home", text: "internal import GRDB\n",
            expected: ["Sources/Upper/File.swift: GRDB lives in Storage only"]),
        Example(
            testDescription: "an outside module at home", path: "Sources/Storage/File.swift", text: "import GRDB\n"),
        Example(
            testDescription: "an outside module without a home", text: "  import Unheard\n",
            expected: ["Sources/Upper/File.swift: Unheard has no home; give it one in Home.swift"]),
        Example(testDescription: "the language's own modules", text: "import Foundation\nimport Synchronization\n"),
        Example(testDescription: "an import in a test", path: "Tests/UpperTests/File.swift", text: "import GRDB\n"),
        Example(testDescription: "an import in a comment", text: "// import GRDB\n"),
    ]

    private static let sizes: [Example] = [
        Example(testDescription: "500 lines", text: String(repeating: "let x = 1\n", count: 500)),
        Example(
            testDescription: "501 lines", path: "Tests/UpperTests/File.swift",
            text: String(repeating: "let x = 1\n", count: 501),
            expected: ["Tests/UpperTests/File.swift: 501 lines; 500 is the limit"]),
    ]

    private static let hatches: [Example] = [
        Example(
            testDescription: "words that stop the process",
            text: "let a = try! b()\nlet c = d as! E\nfatalError(\"no\")\n",
            expected: [
                "Sources/Upper/File.swift:1: try!", "Sources/Upper/File.swift:2: as!",
                "Sources/Upper/File.swift:3: fatalError(",
            ]),
        Example(
            testDescription: "words that only look alike",
            text: "if a.has!b { preconditionFailure() }\n/// Never `try!`.\nlet notfatalError = 1\n"),
        Example(testDescription: "a hatch in a test", path: "Tests/UpperTests/File.swift", text: "let a = try! b()\n"),
        Example(
            testDescription: "an unchecked promise without a reason", text: "final class A: @unchecked Sendable {}\n",
            expected: ["Sources/Upper/File.swift:1: @unchecked Sendable without a // SAFETY: comment"]),
        Example(
            testDescription: "an unchecked promise with a reason",
            text: "// SAFETY: never changed after init.\nfinal class A: @unchecked Sendable {}\n"),
        Example(
            testDescription: "an unsafe variable whose reason is only a word in the code",
            text: "nonisolated(unsafe) var a = \"SAFETY: none\"\n",
            expected: ["Sources/Upper/File.swift:1: nonisolated(unsafe) without a // SAFETY: comment"]),
    ]
}
