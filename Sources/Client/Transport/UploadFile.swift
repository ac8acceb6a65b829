import Foundation
import NIOCore

/// A regular file on this machine that is sent to the server.
public struct UploadFile: Hashable, Sendable {
    public let path: String
    public let length: Int64

    /// Refuses what is not a regular file that can be read.
    public init(_ path: String) throws(ClientError) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            throw .file(path: path, reason: "cannot be read: \(String(cString: strerror(errno))).")
        }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw .file(path: path, reason: "is not a regular file; name the files themselves.")
        }
        guard access(path, R_OK) == 0 else {
            throw .file(path: path, reason: "cannot be read: \(String(cString: strerror(errno))).")
        }
        self.path = path
        length = Int64(facts.st_size)
    }

    public var name: String { String(path.split(separator: "/").last ?? "file") }
}

/// The bytes of a file in pieces of 256 KiB, exactly as many as it had when it was opened.
struct FilePieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    static let size = 256 << 10
    let file: UploadFile

    func makeAsyncIterator() -> Iterator { Iterator(file: file) }

    struct Iterator: AsyncIteratorProtocol {
        let file: UploadFile
        private var handle: FileHandle?
        private var left: Int64

        init(file: UploadFile) {
            self.file = file
            left = file.length
        }

        mutating func next() async throws -> ByteBuffer? {
            guard left > 0 else { return nil }
            if handle == nil { handle = FileHandle(forReadingAtPath: file.path) }
            guard let handle else { throw ClientError.file(path: file.path, reason: "cannot be opened.") }
            let data: Data?
            do {
                data = try handle.read(upToCount: Int(Swift.min(left, Int64(FilePieces.size))))
            } catch {
                throw ClientError.file(path: file.path, reason: "cannot be read to its end.")
            }
            guard let data, !data.isEmpty else {
                throw ClientError.file(path: file.path, reason: "became shorter while it was sent; try again.")
            }
            left -= Int64(data.count)
            return ByteBuffer(bytes: data)
        }
    }
}
