import ArgumentParser
import Foundation

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "What this program is built from.",
        discussion: """
            EXAMPLE
              firebreak version --json
            """)

    @Flag(help: "One JSON document.") var json = false

    func run() throws {
        let facts = BuildFacts.current
        Terminal.current.print(json ? try JSONLine.text(facts) : facts.text)
    }
}

/// What a build knows about itself.
struct BuildFacts: Codable, Hashable {
    var version: String
    var swift: String
    /// Of the source; absent where the program is not run from its checkout.
    var commit: String?
    var platform: String

    static let version = "0.1.0"

    static var current: BuildFacts {
        BuildFacts(
            version: version, swift: swiftVersion,
            commit: Checkout.commit(above: ProgramFiles.executable), platform: platform)
    }

    var line: String { ([version] + (commit.map { ["(\($0.prefix(12)))"] } ?? [])).joined(separator: " ") }

    var text: String {
        var lines = ["firebreak \(line)", "Swift \(swift), \(platform)"]
        if commit == nil { lines.append("The commit is not known here.") }
        return lines.joined(separator: "\n")
    }

    private static var swiftVersion: String {
        #if swift(>=6.5)
            "6.5 or later"
        #elseif swift(>=6.4)
            "6.4"
        #elseif swift(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var platform: String {
        #if arch(x86_64)
            let machine = "x86_64"
        #elseif arch(arm64)
            let machine = "arm64"
        #else
            let machine = "other"
        #endif
        #if os(Linux)
            return "Linux \(machine)"
        #else
            return "macOS \(machine)"
        #endif
    }
}

/// The checkout that a program was built in.
enum Checkout {
    /// The commit that is checked out in the nearest directory above `path` that is a Git checkout.
    static func commit(above path: String) -> String? {
        var directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        for _ in 0..<8 {
            let git = directory.appendingPathComponent(".git")
            if let head = read(git.appendingPathComponent("HEAD")) { return commit(head, git) }
            if let link = read(git), link.hasPrefix("gitdir: ") {
                let linked = URL(fileURLWithPath: String(link.dropFirst("gitdir: ".count)))
                return read(linked.appendingPathComponent("HEAD")).flatMap {
                    commit($0, linked.deletingLastPathComponent().deletingLastPathComponent())
                }
            }
            guard directory.path != "/" else { return nil }
            directory.deleteLastPathComponent()
        }
        return nil
    }

    private static func commit(_ head: String, _ git: URL) -> String? {
        guard head.hasPrefix("ref: ") else { return isDigest(head) ? head : nil }
        let name = String(head.dropFirst("ref: ".count))
        if let text = read(git.appendingPathComponent(name)) { return isDigest(text) ? text : nil }
        let packed = read(git.appendingPathComponent("packed-refs")) ?? ""
        for line in packed.split(separator: "\n") where line.hasSuffix(" \(name)") {
            let digest = String(line.prefix { $0 != " " })
            return isDigest(digest) ? digest : nil
        }
        return nil
    }

    private static func isDigest(_ text: String) -> Bool {
        text.count == 40 && text.allSatisfy(\.isHexDigit)
    }

    private static func read(_ url: URL) -> String? {
        guard let data = FileManager.default.contents(atPath: url.path) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
