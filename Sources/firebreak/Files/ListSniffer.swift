import Foundation

/// Reads a list of known things as far as the command line needs: what it is, how long, and single lines of it.
enum ListSniffer {
    /// Tells the kind from the first line that says anything: `{` begins JSON, our header names `signal_type`.
    static func kind(of path: String) throws -> ListKind {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: 65_536)
        else { throw CommandFailure.badInput("\(path) cannot be read.") }
        try? handle.close()
        return kind(head: String(decoding: data, as: UTF8.self))
    }

    static func kind(head: String) -> ListKind {
        for line in head.split(whereSeparator: \.isNewline) {
            let text = line.trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: "\u{feff}")))
            if text.isEmpty || text.hasPrefix("#") { continue }
            if text.hasPrefix("{") { return .jsonl }
            let fields = text.split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"")) }
            return fields.contains("signal_type") && fields.contains("value") ? .csv : .plain
        }
        return .plain
    }

    /// How many lines a list has, for the progress bar.
    static func lines(of path: String) throws -> Int64 {
        var count: Int64 = 0
        var lastByte = UInt8(ascii: "\n")
        try pieces(of: path) { data in
            for byte in data where byte == UInt8(ascii: "\n") { count += 1 }
            lastByte = data.last ?? lastByte
        }
        return lastByte == UInt8(ascii: "\n") ? count : count + 1
    }

    /// The lines with these numbers, counted from 1; of each at most 2,000 bytes.
    static func lines(_ wanted: Set<Int>, of path: String) throws -> [Int: String] {
        guard let last = wanted.max() else { return [:] }
        var (found, line, number): ([Int: String], [UInt8], Int) = ([:], [], 1)
        try pieces(of: path) { data in
            guard number <= last else { return }
            for byte in data {
                if byte == UInt8(ascii: "\n") {
                    if wanted.contains(number) { found[number] = String(decoding: line, as: UTF8.self) }
                    line.removeAll(keepingCapacity: true)
                    number += 1
                } else if line.count < 2000, wanted.contains(number) {
                    line.append(byte)
                }
            }
        }
        if wanted.contains(number), found[number] == nil { found[number] = String(decoding: line, as: UTF8.self) }
        return found
    }

    private static func pieces(of path: String, _ body: (Data) -> Void) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure.badInput("\(path) cannot be read.")
        }
        defer { try? handle.close() }
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty { body(data) }
    }
}
