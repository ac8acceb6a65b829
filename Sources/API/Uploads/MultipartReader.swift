import Glibc
import Hummingbird
import Moderation

/// Reads `multipart/form-data` (RFC 7578) as it arrives: the parts' heads whole, their bodies in pieces.
///
/// Keeps at most one piece and one boundary's length in memory. Budgets: 32 parts, 8 KiB a head.
struct MultipartReader {
    struct Head: Hashable {
        var name: String
        /// Present where the part is a file, whatever it says the file's name is.
        var filename: String?
    }

    enum Event {
        case begin(Head)
        case bytes(UnsafeRawBufferPointer)
        case end
    }

    private enum State {
        case preamble, afterDelimiter, head, body, epilogue
    }

    private static let headLimit = 8192
    private static let partLimit = 32

    private let delimiter: [UInt8]
    private var state = State.preamble
    /// What is not yet dealt with. It begins with a line break, so that the first boundary looks like the others.
    private var pending = ByteBuffer(string: "\r\n")
    private var parts = 0

    /// Reads the boundary out of a `Content-Type`; refuses one that has none.
    init(contentType: String) throws(Refusal) {
        guard let boundary = HeaderParameters(contentType).parameters["boundary"],
            (1...70).contains(boundary.utf8.count)
        else {
            throw Self.malformed("its Content-Type names no boundary of 1 to 70 characters")
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Takes the next piece and tells `sink` what it held.
    mutating func take(_ piece: ByteBuffer, _ sink: (Event) throws -> Void) throws {
        var piece = piece
        pending.writeBuffer(&piece)
        while try step(sink) {}
        pending.discardReadBytes()
    }

    /// Refuses a body that ended before its last boundary.
    func finish() throws(Refusal) {
        guard state == .epilogue else { throw Self.malformed("it ends before its closing boundary") }
    }

    /// One step; `false` where it needs more bytes.
    private mutating func step(_ sink: (Event) throws -> Void) throws -> Bool {
        switch state {
        case .preamble:
            let found = pending.firstOffset(of: delimiter)
            pending.moveReaderIndex(forwardBy: found.map { $0 + delimiter.count } ?? spare)
            if found != nil { state = .afterDelimiter }
            return found != nil
        case .afterDelimiter:
            guard let pair = pending.getBytes(at: pending.readerIndex, length: 2) else { return false }
            pending.moveReaderIndex(forwardBy: 2)
            switch pair {
            case Array("--".utf8): state = .epilogue
            case Array("\r\n".utf8): state = .head
            default: throw Self.malformed("a boundary is followed by something else than a line break")
            }
            return true
        case .head:
            guard let length = pending.firstOffset(of: Array("\r\n\r\n".utf8)) else {
                guard pending.readableBytes <= Self.headLimit else { throw Self.malformed("a part's head is too long") }
                return false
            }
            guard length <= Self.headLimit, let text = pending.readString(length: length) else {
                throw Self.malformed("a part's head is too long")
            }
            pending.moveReaderIndex(forwardBy: 4)
            parts += 1
            guard parts <= Self.partLimit else { throw Self.malformed("it has more than \(Self.partLimit) parts") }
            state = .body
            try sink(.begin(try Self.head(text)))
            return true
        case .body:
            let found = pending.firstOffset(of: delimiter)
            let length = found ?? spare
            if length > 0 {
                try pending.withUnsafeReadableBytes { bytes in
                    try sink(.bytes(UnsafeRawBufferPointer(rebasing: bytes[..<length])))
                }
                pending.moveReaderIndex(forwardBy: length)
            }
            guard found != nil else { return false }
            pending.moveReaderIndex(forwardBy: delimiter.count)
            state = .afterDelimiter
            try sink(.end)
            return true
        case .epilogue:
            pending.moveReaderIndex(to: pending.writerIndex)
            return false
        }
    }

    /// How many bytes are at hand that cannot be the beginning of a boundary.
    private var spare: Int { max(0, pending.readableBytes - (delimiter.count - 1)) }

    private static func head(_ text: String) throws -> Head {
        for line in text.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":"),
                line[..<colon].lowercased() == "content-disposition"
            else { continue }
            let disposition = HeaderParameters(String(line[line.index(after: colon)...]))
            guard disposition.value == "form-data", let name = disposition.parameters["name"] else { break }
            return Head(name: name, filename: disposition.parameters["filename"] ?? disposition.parameters["filename*"])
        }
        throw malformed("a part has no “Content-Disposition: form-data; name=…”")
    }

    private static func malformed(_ why: String) -> Refusal {
        Refusal(.invalid, code: "invalid_multipart", "The body is not valid multipart/form-data: \(why).")
    }
}

extension ByteBuffer {
    /// Where the bytes first stand, counted from the reader's place.
    fileprivate func firstOffset(of needle: [UInt8]) -> Int? {
        withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress, let first = needle.first else { return nil }
            var offset = 0
            while offset + needle.count <= bytes.count {
                guard let found = memchr(base + offset, Int32(first), bytes.count - needle.count - offset + 1) else {
                    return nil
                }
                offset = UnsafeRawPointer(found) - base
                if memcmp(found, needle, needle.count) == 0 { return offset }
                offset += 1
            }
            return nil
        }
    }
}

/// A header of the form `value; name=token; name="quoted"`.
struct HeaderParameters {
    private(set) var value = ""
    private(set) var parameters: [String: String] = [:]

    init(_ text: String) {
        var rest = text[...]
        value = Self.take(&rest, until: ";").lowercased()
        while !rest.isEmpty {
            let name = Self.take(&rest, until: "=").lowercased()
            guard !name.isEmpty else { break }
            let first = rest.drop { $0 == " " }
            if first.first == "\"" {
                rest = first.dropFirst()
                parameters[name] = Self.takeQuoted(&rest)
                _ = Self.take(&rest, until: ";")
            } else {
                parameters[name] = Self.take(&rest, until: ";")
            }
        }
    }

    private static func take(_ rest: inout Substring, until end: Character) -> String {
        let piece = rest.prefix { $0 != end }
        rest = rest[piece.endIndex...].dropFirst()
        return piece.trimmingPrefix { $0 == " " || $0 == "\t" }.trimmedEnd
    }

    private static func takeQuoted(_ rest: inout Substring) -> String {
        var text = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let escaped = rest.popFirst() {
                text.append(escaped)
            } else {
                text.append(character)
            }
        }
        return text
    }
}

extension Substring {
    fileprivate var trimmedEnd: String {
        var text = self
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
