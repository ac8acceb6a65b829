import Foundation

/// What a scan has written and what it has done, so that it can go on after a stop.
///
/// A file's result is written before its line in the state file: a stop in between repeats the file and loses nothing. A
/// last line that was cut off by a stop is taken away. A file that failed is tried again by the next run.
final class ScanJournal {
    /// A line of the state file.
    private struct Done: Codable, Hashable {
        var path: String
        var bytes: Int64
        /// Milliseconds since 1970.
        var modified: Int64
    }

    /// The first line of the state file: a state belongs to one way of scanning.
    private struct Header: Codable, Hashable {
        var version = 1
        var directory: String
        var match: Bool
    }

    private let terminal: Terminal
    private var output: FileHandle?
    private var state: FileHandle?
    private var done: Set<Done> = []
    /// Absolute paths that the scan itself writes.
    let ownFiles: Set<String>

    init(directory: String, isMatching: Bool, output: String?, state: String?, terminal: Terminal) throws {
        self.terminal = terminal
        ownFiles = Set([output, state].compactMap { $0.map(FileTree.absolute) })
        if let output { self.output = try Self.appendable(output) }
        guard let state else { return }
        let header = Header(directory: FileTree.absolute(directory), match: isMatching)
        let handle = try Self.appendable(state)
        self.state = handle
        let lines = (FileManager.default.contents(atPath: state) ?? Data()).split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first else {
            try handle.write(contentsOf: JSONLine.data(header) + Data("\n".utf8))
            return
        }
        guard (try? JSONDecoder().decode(Header.self, from: Data(first))) == header else {
            throw CommandFailure.badInput(
                "\(state) belongs to another scan (another directory, or with or without --match); name other files with --output and --state."
            )
        }
        let decoder = JSONDecoder()
        for line in lines.dropFirst() {
            if let item = try? decoder.decode(Done.self, from: Data(line)) { done.insert(item) }
        }
    }

    func isDone(_ file: FileTree.File) -> Bool { done.contains(Self.done(file)) }

    func record(_ file: FileTree.File, _ report: ScanReport) throws {
        if !report.isNoMedia {
            let line = try JSONLine.data(report) + Data("\n".utf8)
            if let output { try Self.write(line, output) } else { terminal.write(line) }
        }
        guard report.error == nil || report.isNoMedia, let state else { return }
        try Self.write(JSONLine.data(Self.done(file)) + Data("\n".utf8), state)
    }

    func close() throws {
        try output?.close()
        try state?.close()
    }

    private static func done(_ file: FileTree.File) -> Done {
        Done(path: file.path, bytes: file.bytes, modified: file.modified)
    }

    private static func write(_ data: Data, _ handle: FileHandle) throws {
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw CommandFailure.failed(
                "The results cannot be written; is the disk full? The same command goes on later.")
        }
    }

    /// Opens a file for appending, without the piece of a line that a stop may have left at its end.
    private static func appendable(_ path: String) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else {
            throw CommandFailure.failed("\(path) cannot be written; choose another place.")
        }
        var end = try handle.seekToEnd()
        while end > 0 {
            let start = end > 65_536 ? end - 65_536 : 0
            try handle.seek(toOffset: start)
            let piece = try handle.read(upToCount: Int(end - start)) ?? Data()
            if let last = piece.lastIndex(of: UInt8(ascii: "\n")) {
                end = start + UInt64(piece.distance(from: piece.startIndex, to: last)) + 1
                break
            }
            end = start
        }
        try handle.truncate(atOffset: end)
        try handle.seek(toOffset: end)
        return handle
    }
}
