#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An open file, closed at the end of its life.
struct SnapshotFile: ~Copyable {
    /// Bytes that are read or written, and summed, at once: few enough to stay in a cache near the core.
    static let piece = 1 << 18

    private let descriptor: Int32
    /// The bytes that it had when it was opened.
    let length: UInt64

    deinit { close(descriptor) }

    /// Opens a file to be read.
    static func reading(_ path: String) throws(SnapshotError) -> SnapshotFile {
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .missing : .system(operation: "open", number: errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notASnapshot
        }
        return SnapshotFile(descriptor: descriptor, length: UInt64(clamping: status.st_size))
    }

    /// Makes or empties a file that only this user may read, for one writer at a time.
    static func writing(_ path: String) throws(SnapshotError) -> SnapshotFile {
        let descriptor = openFile(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(operation: "create", number: errno) }
        let file = SnapshotFile(descriptor: descriptor, length: 0)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .busy : .system(operation: "lock", number: errno)
        }
        // Another writer may have renamed the file between the opening and the locking: then it is no longer ours.
        var (opened, named) = (stat(), stat())
        guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino else {
            throw .busy
        }
        guard ftruncate(descriptor, 0) == 0 else { throw .system(operation: "truncate", number: errno) }
        return file
    }

    private init(descriptor: Int32, length: UInt64) {
        self.descriptor = descriptor
        self.length = length
    }

    /// Fills the buffer from an offset, whole or not at all.
    borrowing func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SnapshotError) {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(operation: "read", number: errno) }
            guard count > 0 else {
                throw .wrongLength(expected: UInt64(offset + buffer.count), actual: UInt64(offset + done))
            }
            done += count
        }
    }

    borrowing func write(_ buffer: UnsafeRawBufferPointer, at offset: Int) throws(SnapshotError) {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = pwrite(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(operation: "write", number: errno) }
            done += count
        }
    }

    /// Waits until the disk has all of it.
    borrowing func flush() throws(SnapshotError) {
        guard fsync(descriptor) == 0 else { throw .system(operation: "fsync", number: errno) }
    }

    /// Gives the file its final name, and waits until the disk has that too.
    borrowing func rename(from path: String, to final: String) throws(SnapshotError) {
        guard renameFile(path, final) == 0 else { throw .system(operation: "rename", number: errno) }
        let directory = final.lastIndex(of: "/").map { String(final[...$0]) } ?? "."
        let descriptor = openFile(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { throw .system(operation: "open directory", number: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(operation: "fsync directory", number: errno) }
    }

    borrowing func remove(_ path: String) {
        unlink(path)
    }
}

// Within the type the names of these calls are those of its methods.
private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 { open(path, flags, mode) }
private func renameFile(_ path: String, _ final: String) -> Int32 { rename(path, final) }
