import Foundation
import NIOCore

/// A `multipart/form-data` body (RFC 7578): small fields, then one file, which is streamed.
struct MultipartForm: Sendable {
    let boundary: String
    private let head: [UInt8]
    private let tail: [UInt8]
    private let file: UploadFile

    /// `boundary` must not occur in the fields; 32 random digits never do.
    init(fields: [(name: String, value: String)], file: UploadFile, boundary: String) {
        self.boundary = boundary
        self.file = file
        var text = ""
        for (name, value) in fields {
            text +=
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.escaped(name))\"\r\n\r\n\(value)\r\n"
        }
        text +=
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(Self.escaped(file.name))\"\r\n"
        text += "Content-Type: application/octet-stream\r\n\r\n"
        head = Array(text.utf8)
        tail = Array("\r\n--\(boundary)--\r\n".utf8)
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }
    var length: Int64 { Int64(head.count) + file.length + Int64(tail.count) }
    var pieces: Pieces { Pieces(head: head, file: FilePieces(file: file), tail: tail) }

    /// A name between double quotes as browsers write it.
    static func escaped(_ name: String) -> String {
        name.replacing("\"", with: "%22").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    struct Pieces: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        let head: [UInt8]
        let file: FilePieces
        let tail: [UInt8]

        func makeAsyncIterator() -> Iterator {
            Iterator(head: head, file: file.makeAsyncIterator(), tail: tail)
        }

        struct Iterator: AsyncIteratorProtocol {
            var head: [UInt8]?
            var file: FilePieces.Iterator
            var tail: [UInt8]?

            mutating func next() async throws -> ByteBuffer? {
                if let bytes = head {
                    head = nil
                    return ByteBuffer(bytes: bytes)
                }
                if let piece = try await file.next() { return piece }
                defer { tail = nil }
                return tail.map { ByteBuffer(bytes: $0) }
            }
        }
    }
}
