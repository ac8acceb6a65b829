import Foundation
import Testing

@testable import firebreak

@Suite struct ScanJournalTests {
    private let terminal = Terminal(
        isScreen: false, hasColour: false, isErrorScreen: false, hasErrorColour: false, width: 80)
    private let file = FileTree.File(path: "t/a.jpg", bytes: 5, modified: 1000)

    private func journal(_ directory: String, isMatching: Bool = false) throws -> ScanJournal {
        try ScanJournal(
            directory: "t", isMatching: isMatching, output: directory + "/o", state: directory + "/s",
            terminal: terminal)
    }

    private func report(_ path: String) -> ScanReport {
        ScanReport(match: MatchReport(path: path, matches: []), path: path)
    }

    @Test("what is done stays done, until the file changes")
    func resume() throws {
        try TemporaryDirectory.with { directory in
            let first = try journal(directory)
            #expect(first.earlier(file) == nil)
            try first.record(file, report(file.path))
            try first.close()
            let second = try journal(directory)
            #expect(second.earlier(file) == false)
            #expect(second.earlier(FileTree.File(path: "t/a.jpg", bytes: 5, modified: 2000)) == nil)
            #expect(second.earlier(FileTree.File(path: "t/a.jpg", bytes: 6, modified: 1000)) == nil)
        }
    }

    @Test("a file that failed is tried again; one that is no media is not, and leaves no line")
    func failures() throws {
        try TemporaryDirectory.with { directory in
            let first = try journal(directory)
            try first.record(
                file, ScanReport(error: FileFailure(code: "media_timed_out", message: "m"), path: file.path))
            var text = file
            text.path = "t/b.txt"
            try first.record(
                text, ScanReport(error: FileFailure(code: "media_unsupported", message: "m"), path: text.path))
            try first.close()
            let second = try journal(directory)
            #expect(second.earlier(file) == nil)
            #expect(second.earlier(text) == false)
            let lines = try String(contentsOfFile: directory + "/o", encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 1)
        }
    }

    @Test("a line cut off by a stop is taken away before the scan goes on")
    func torn() throws {
        try TemporaryDirectory.with { directory in
            let first = try journal(directory)
            try first.record(file, report(file.path))
            try first.close()
            for name in ["/o", "/s"] {
                let handle = try #require(FileHandle(forWritingAtPath: directory + name))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("{\"path\":\"t/half".utf8))
                try handle.close()
            }
            let second = try journal(directory)
            #expect(second.earlier(file) == false)
            var other = file
            other.path = "t/c.jpg"
            try second.record(other, report(other.path))
            try second.close()
            let lines = try String(contentsOfFile: directory + "/o", encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2)
            for line in lines {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
            #expect(try journal(directory).earlier(other) == false)
        }
    }

    @Test("a state of another scan is refused")
    func foreign() throws {
        try TemporaryDirectory.with { directory in
            try journal(directory).close()
            #expect(throws: CommandFailure.self) { try journal(directory, isMatching: true) }
        }
    }
}
