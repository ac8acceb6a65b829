import Foundation
import Moderation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Where things lie in a data directory.
struct DataPaths: Hashable, Sendable {
    let directory: String

    init(_ directory: String) {
        self.directory = directory
    }

    var database: String { directory + "/firebreak.sqlite" }
    var spool: String { directory + "/spool" }
    var index: String { directory + "/index" }
    var firstKey: String { directory + "/keys/admin.key" }
    /// Says where the running server listens.
    var announcement: String { directory + "/server.json" }
}

/// The one directory that a node keeps: its database where that is embedded, its spool, its keys, its index.
///
/// Held by one process at a time.
final class DataDirectory: Sendable {
    let paths: DataPaths
    /// The name under which this directory's processes hold leases; made once.
    let node: String
    private let lock: Int32

    /// Makes what is missing, with mode 0700, and takes the directory for this process. Whatever this process makes from now
    /// on is for its own user alone: the directory may have been made by someone else, for everyone to read.
    init(path: String) throws(Refusal) {
        umask(0o077)
        paths = DataPaths(path)
        try Self.make(path)
        for part in ["spool", "index", "keys"] { try Self.make(path + "/" + part) }
        lock = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            if lock >= 0 { close(lock) }
            throw Refusal(
                .conflict, code: "data_in_use",
                "Another Firebreak process is using \(path); stop it, or name another directory with --data.")
        }
        node = try Self.nodeName(path + "/node")
    }

    deinit {
        close(lock)
    }

    /// Keeps the secret of the first admin key where only the owner of the directory can read it.
    func keep(firstKey secret: String) throws(Refusal) {
        try Self.write(secret + "\n", to: paths.firstKey)
    }

    /// Forgets a secret whose key was never made.
    func dropFirstKey() {
        unlink(paths.firstKey)
    }

    /// Tells programs on this machine where the server listens.
    func announce(url: String) throws(Refusal) {
        try Self.write("{\"url\":\"\(url)\",\"pid\":\(getpid())}\n", to: paths.announcement)
    }

    func withdraw() {
        unlink(paths.announcement)
    }

    private static func make(_ path: String) throws(Refusal) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Refusal(
                .invalid, code: "data_unusable", "The directory \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    private static func nodeName(_ file: String) throws(Refusal) -> String {
        if let known = try? String(contentsOfFile: file, encoding: .utf8), !known.isEmpty {
            return known.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let name = "node-" + UUID().uuidString.lowercased()
        try write(name + "\n", to: file)
        return name
    }

    private static func write(_ text: String, to file: String) throws(Refusal) {
        let temporary = file + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Refusal(
                .invalid, code: "data_unusable", "\(file) cannot be written: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, file) == 0
        else {
            throw Refusal(
                .invalid, code: "data_unusable", "\(file) cannot be written: \(String(cString: strerror(errno))).")
        }
    }
}
