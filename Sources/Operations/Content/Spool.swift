import Crypto
import Foundation
public import Moderation
import Storage

#if canImport(Glibc)
    import Glibc
#endif

/// Uploads in flight: one file each in a directory of its own, written as the bytes arrive and never held in memory.
///
/// A file's name says which node wrote it. Nodes may share the directory over a network file system; then each can finish
/// what another accepted, and none sweeps another's files.
public struct Spool: Sendable {
    let directory: String
    private let node: String
    private let disk = DiskFlush()

    /// A node's spool in `directory`, made with mode 0700 where it is missing.
    public init(directory: String, node: String) throws(Refusal) {
        self.directory = directory
        self.node = node
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Refusal(.unavailable, code: "spool_unavailable", "The spool directory \(directory) cannot be made.")
        }
    }

    /// What a spooled file is for.
    public enum Keeping: Hashable, Sendable {
        /// Durable when it is finished: the promise to analyse it outlives this process.
        case durably
        /// For one request, which ends with it.
        case briefly
    }

    /// A new empty file of a name of its own.
    public func create(_ keeping: Keeping) throws(Refusal) -> SpoolWriter {
        let name = node + "." + UUID().uuidString
        return try SpoolWriter(path: path(name), name: name, keeping, disk)
    }

    /// Opens a spooled file for reading; `nil` where there is none. The caller closes the descriptor.
    func open(_ name: String) -> Int32? {
        let descriptor = Glibc.open(path(name), O_RDONLY | O_CLOEXEC)
        return descriptor >= 0 ? descriptor : nil
    }

    /// Removes a file; one that is gone already is no error.
    public func remove(_ name: String) {
        unlink(path(name))
    }

    /// The node that wrote the file; `nil` for a name from a time when there was one node only.
    func holder(of name: String) -> String? {
        name.lastIndex(of: ".").map { String(name[..<$0]) }
    }

    /// Removes every file of this node that `needed` does not name: what a stop in the middle of an upload left behind.
    public func sweep(keeping needed: Set<String>) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let orphans = names.filter { (holder(of: $0) ?? node) == node && !needed.contains($0) }
        for name in orphans { remove(name) }
        return orphans.count
    }

    private func path(_ name: String) -> String { directory + "/" + name }
}

/// A file that is being written; its digest is ready with its last byte.
public final class SpoolWriter {
    public let name: String
    public private(set) var count = 0
    private let path: String
    private let keeping: Spool.Keeping
    private let disk: DiskFlush
    private var descriptor: Int32
    private var digest = SHA256()

    init(path: String, name: String, _ keeping: Spool.Keeping, _ disk: DiskFlush) throws(Refusal) {
        self.path = path
        self.name = name
        self.keeping = keeping
        self.disk = disk
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SpoolWriter.refusal(errno) }
    }

    /// Appends bytes; refuses when the disk is full, after which nothing of the file is left.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
        digest.update(bufferPointer: bytes)
        count += bytes.count
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = Glibc.write(descriptor, base, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                let problem = SpoolWriter.refusal(errno)
                discard()
                throw problem
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Makes the bytes durable, where that was asked for, and answers what they are.
    public func finish() async throws(Refusal) -> SpooledFile {
        guard descriptor >= 0 else {
            throw Refusal(.unavailable, code: "spool_unavailable", "The upload's file is closed already.")
        }
        if keeping == .durably, let problem = await disk.flush(descriptor) {
            discard()
            throw SpoolWriter.refusal(problem)
        }
        close(descriptor)
        descriptor = -1
        return SpooledFile(name: name, bytes: count, sha256: Array(digest.finalize()))
    }

    /// Removes the file.
    public func discard() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink(path)
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(path)
        }
    }

    private static func refusal(_ problem: Int32) -> Refusal {
        switch problem {
        case ENOSPC, EDQUOT, EFBIG:
            Refusal(.full, code: "storage_full", "The disk is full; the upload was not kept. Try again later.")
        default:
            Refusal(
                .unavailable, code: "spool_unavailable",
                "The upload cannot be written to disk: \(String(cString: strerror(problem))).")
        }
    }
}

/// A whole upload on disk.
public struct SpooledFile: Hashable, Sendable {
    public let name: String
    public let bytes: Int
    public let sha256: [UInt8]
}

/// Makes files durable on threads that may wait for the disk.
///
/// A file system takes many flushes in one journal commit when they come at once: on the development machine one thread flushed 1,000
/// small files a second, sixteen 8,500.
final class DiskFlush: Sendable {
    private struct Flush: Sendable {
        var descriptor: Int32
        var continuation: CheckedContinuation<Int32?, Never>
    }

    private static let width = 16

    private let queue = WorkQueue<Flush>(
        label: "firebreak.spool", width: width, batch: 1, waitingLimit: 100_000
    ) { _, flushes in
        for flush in flushes {
            flush.continuation.resume(returning: fdatasync(flush.descriptor) == 0 ? nil : errno)
        }
    }

    /// Returns when the file's bytes are on the disk; answers the error's number, if there is one.
    func flush(_ descriptor: Int32) async -> Int32? {
        await withCheckedContinuation { continuation in
            do {
                try queue.submit(Flush(descriptor: descriptor, continuation: continuation))
            } catch {
                continuation.resume(returning: EBUSY)
            }
        }
    }
}
