import HashIndex

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension IndexBench {
    /// Times saving, opening while the file is in the system's cache, and lookups in what was opened.
    mutating func measureSnapshot() throws {
        let path = "/tmp/index-speed-\(getpid()).snapshot"
        defer { unlink(path) }
        var length = 0
        let save = try Effort.of {
            length = try index.save(to: path, stamp: .init(origin: 1, sequence: 1))
        }
        print("HashIndex:SnapshotSave:\(name)  \(save)  \(length / stored.count) bytes a hash")
        var opened: HammingIndex?
        let open = try Effort.of {
            opened = try HammingIndex.open(snapshot: path, origin: 1).index
        }
        print("HashIndex:SnapshotOpen:\(name)  \(open)  \(opened?.count ?? 0) hashes")
        if let opened {
            print("  opened index:")
            index = opened
            measureLookups(radii: [31])
        }
    }
}
