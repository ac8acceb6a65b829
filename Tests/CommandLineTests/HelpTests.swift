import ArgumentParser
import Foundation
import Testing

@testable import firebreak

/// The help of every command as text in the repository. `FIREBREAK_RECORD=1` writes it anew.
@Suite struct HelpTests {
    struct Page: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var command: any ParsableCommand.Type

        static func all(_ command: any ParsableCommand.Type, path: [String] = []) -> [Page] {
            let configuration = command.configuration
            let path = path + [command._commandName]
            let children = configuration.subcommands
            return [Page(testDescription: path.joined(separator: "-"), command: command)]
                + children.flatMap { all($0, path: path) }
        }
    }

    static let pages = Page.all(Firebreak.self)

    @Test("the help is what was agreed", arguments: pages)
    func help(page: Page) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Snapshots/\(page.testDescription).txt")
        let text = Firebreak.helpMessage(for: page.command, columns: 80) + "\n"
        if ProcessInfo.processInfo.environment["FIREBREAK_RECORD"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let agreed = FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) }
        #expect(text == agreed, "FIREBREAK_RECORD=1 swift test --filter HelpTests writes the new text")
    }

    @Test("every command has an example", arguments: pages)
    func example(page: Page) {
        #expect(page.command.configuration.discussion.contains("EXAMPLE"))
        #expect(page.command.configuration.discussion.contains("firebreak "))
    }
}
