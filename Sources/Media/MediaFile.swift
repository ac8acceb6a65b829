import Fingerprints
import Glibc

// SAFETY: a `FileContents` owns its allocation and hands it out only while it is borrowed; reads are bounded by the
// buffer they fill.

/// A regular file that is read by position.
struct MediaFile: ~Copyable {
    let descriptor: Int32
    let size: Int

    init(descriptor: Int32) throws(MediaError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .corrupt("the file cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .corrupt("it is not a regular file") }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    /// The first bytes, 4,096 at most.
    func head() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: min(size, 4096)) { buffer, count in
            count = Self.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
    }

    /// The whole file in memory.
    func contents(limit: Int) throws(MediaError) -> FileContents {
        guard size <= limit else { throw .overBudget(limit: "image_bytes", allowed: limit, found: size) }
        let contents = FileContents(count: size)
        guard Self.read(descriptor, into: contents.storage, at: 0) == size else {
            throw .corrupt("the file ends before its length")
        }
        return contents
    }

    /// Reads the file once from end to end, 256 KiB at a time.
    func digests() throws(MediaError) -> (md5: [UInt8], sha256: [UInt8]) {
        var digests = FileDigests()
        let chunk = FileContents(count: 256 << 10)
        var offset = 0
        while offset < size {
            let count = Self.read(descriptor, into: chunk.storage, at: offset)
            guard count > 0 else { throw .corrupt("the file ends before its length") }
            digests.update(UnsafeRawBufferPointer(rebasing: chunk.buffer[..<count]))
            offset += count
        }
        return digests.finalize()
    }

    /// Fills as much of the buffer as the file has from `offset` on, and answers how much.
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            done += count
        }
        return done
    }
}

/// Bytes in memory, followed by 64 zeros, which decoders may read past the end.
struct FileContents: ~Copyable {
    let storage: UnsafeMutableRawBufferPointer

    init(count: Int) {
        let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 64, alignment: 64)
        UnsafeMutableRawBufferPointer(rebasing: whole[count...]).initializeMemory(as: UInt8.self, repeating: 0)
        storage = UnsafeMutableRawBufferPointer(rebasing: whole[..<count])
    }

    deinit { storage.baseAddress?.deallocate() }

    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(storage) }
}
