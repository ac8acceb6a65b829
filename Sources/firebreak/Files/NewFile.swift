import Foundation

/// A file that is whole or not there: written beside its place and moved there at the end.
struct NewFile {
    private let path: String
    private let part: String
    private let handle: FileHandle

    init(_ path: String) throws {
        self.path = path
        part = path + ".part"
        guard FileManager.default.createFile(atPath: part, contents: nil),
            let handle = FileHandle(forWritingAtPath: part)
        else { throw CommandFailure.failed("\(path) cannot be written; choose another place.") }
        self.handle = handle
    }

    func append(_ data: Data) throws {
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw CommandFailure.failed("\(path) cannot be written to its end; is the disk full?")
        }
    }

    func commit() throws {
        try handle.synchronize()
        try handle.close()
        guard rename(part, path) == 0 else {
            throw CommandFailure.failed("\(path) cannot be put in place: \(String(cString: strerror(errno))).")
        }
    }

    func discard() {
        try? handle.close()
        unlink(part)
    }
}
