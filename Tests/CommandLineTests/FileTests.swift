import Client
import Foundation
import Testing

@testable import firebreak

@Suite struct FileTests {
    @Test(
        "a list's kind is told by its first line that says anything",
        arguments: [
            ("# c\n\n{\"fingerprints\":[]}\n", ListKind.jsonl), ("schema_version,signal_type,value\n1,pdq,ff\n", .csv),
            ("\u{feff}signal_type,value\n", .csv), ("\"signal_type\",\"value\"\n", .csv), ("ffee\n", .plain),
            ("pdq ffee\n", .plain), ("", .plain), ("# only a comment", .plain),
        ])
    func sniff(head: String, kind: ListKind) {
        #expect(ListSniffer.kind(head: head) == kind)
    }

    @Test("lines are counted with or without a last line feed, and single lines are found")
    func lines() throws {
        try TemporaryDirectory.with { directory in
            let path = directory + "/list"
            try Data("one\ntwo\nthree".utf8).write(to: URL(fileURLWithPath: path))
            #expect(try ListSniffer.lines(of: path) == 3)
            #expect(try ListSniffer.lines([2, 3, 9], of: path) == [2: "two", 3: "three"])
            try Data("one\n".utf8).write(to: URL(fileURLWithPath: path))
            #expect(try ListSniffer.lines(of: path) == 1)
        }
    }

    @Test("the reject file names line, reason and text, and says what is missing from it")
    func rejects() throws {
        let text = """
            {"id":"imp_1","bank":"bnk_1","state":"done","lines":9,"added":1,"known":0,"retracted":0,"rejected":3,
             "rejects":[{"line":2,"message":"bad\\nvalue"}],"created_at":"2026-01-01T00:00:00Z"}
            """
        let report = try JSONDecoder().decode(ImportReport.self, from: Data(text.utf8))
        #expect(
            RejectFile.text(report) { $0 == 2 ? "zz\tz" : nil } == """
                # Rejected lines: number, reason, and the line itself, with tabs between them.
                2\tbad\\nvalue\tzz\\tz
                # and 2 more, which the server did not list

                """)
    }

    @Test("a tree is listed in order, without links and without the scan's own files")
    func tree() throws {
        try TemporaryDirectory.with { directory in
            for name in ["b", "a", "sub/c", "out.jsonl"] {
                try FileManager.default.createDirectory(
                    atPath: directory + "/sub", withIntermediateDirectories: true)
                try Data(name.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
            }
            try FileManager.default.createSymbolicLink(atPath: directory + "/link", withDestinationPath: "a")
            try FileManager.default.createSymbolicLink(atPath: directory + "/loop", withDestinationPath: ".")
            let tree = try FileTree.files(below: directory, except: [FileTree.absolute(directory + "/out.jsonl")])
            #expect(tree.files.map(\.path) == ["a", "b", "sub/c"].map { directory + "/" + $0 })
            #expect(tree.files.map(\.bytes) == [1, 1, 5])
            #expect(tree.unreadable.isEmpty)
        }
        #expect(throws: CommandFailure.self) { try FileTree.files(below: "/nowhere/at/all") }
    }

    @Test("only regular files are opened")
    func open() throws {
        try TemporaryDirectory.with { directory in
            #expect(mkfifo(directory + "/pipe", 0o600) == 0)
            for (path, code) in [
                (directory, "is_directory"), (directory + "/none", "file_unreadable"),
                (directory + "/pipe", "not_a_file"),
            ] {
                let error = #expect(throws: FileFailure.self) { try OpenFile.descriptor(path) }
                #expect(error?.code == code)
            }
        }
    }

    @Test("a commit is found in a checkout, by its reference, packed or detached")
    func commit() throws {
        let digest = String(repeating: "0a", count: 20)
        try TemporaryDirectory.with { directory in
            let git = directory + "/.git"
            try FileManager.default.createDirectory(atPath: git + "/refs/heads", withIntermediateDirectories: true)
            func write(_ text: String, _ name: String) throws {
                try Data(text.utf8).write(to: URL(fileURLWithPath: git + "/" + name))
            }
            let program = directory + "/.build/debug/firebreak"
            try write("ref: refs/heads/main\n", "HEAD")
            #expect(Checkout.commit(above: program) == nil)
            try write("\(digest) refs/heads/main\n", "packed-refs")
            #expect(Checkout.commit(above: program) == digest)
            try write(String(repeating: "1b", count: 20) + "\n", "refs/heads/main")
            #expect(Checkout.commit(above: program) == String(repeating: "1b", count: 20))
            try write(digest, "HEAD")
            #expect(Checkout.commit(above: program) == digest)
        }
    }
}

/// A directory that is gone when the test ends.
enum TemporaryDirectory {
    static func with<Value>(_ body: (String) throws -> Value) throws -> Value {
        let path = try make()
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    static func with<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let path = try make()
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    private static func make() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("firebreak-cli-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
