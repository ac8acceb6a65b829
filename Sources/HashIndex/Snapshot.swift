extension HammingIndex {
    /// What a snapshot says of itself.
    public struct SnapshotStamp: Hashable, Sendable {
        /// The caller's number for where the hashes come from, its database say; compared when the file is opened.
        public var origin: UInt64
        /// The number of the last change that the snapshot holds for certain.
        public var sequence: Int64

        public init(origin: UInt64, sequence: Int64) {
            self.origin = origin
            self.sequence = sequence
        }
    }

    /// An index as a snapshot left it.
    public struct OpenedSnapshot: Sendable {
        public let index: HammingIndex
        public let stamp: SnapshotStamp
    }

    /// Writes all that is stored to a file, in place of what the path holds, and answers the file's length in bytes.
    ///
    /// The file appears whole or not at all: it is written beside the path (with `.partial` added), flushed to the disk and
    /// renamed. Changes whose calls had returned before this one are in it; of those that run meanwhile any part may be. So
    /// whoever opens it applies every change after `stamp.sequence` again, in order; applying one twice does no harm.
    ///
    /// Lookups are not held up. Writers wait while a few bytes for each hash are copied (some ten milliseconds for ten
    /// million). The calling thread blocks on the disk.
    ///
    /// - Throws: `busy` when another call is writing to the path, `system` when the disk is full or the like; the path then
    ///   holds what it did before.
    @discardableResult
    public func save(to path: String, stamp: SnapshotStamp) throws(SnapshotError) -> Int {
        try SnapshotWriter(captured: captureSnapshot(), stamp: stamp).write(to: path)
    }

    /// Reads an index back from a file that `save(to:stamp:)` wrote.
    ///
    /// The bytes are read into memory of the index's own and only then checked, so what is searched is what was
    /// checked, and a file that changes or shrinks later can do no harm. A checksum of 128 bits finds damage; it does not
    /// resist a forger, so keep the file where only the service may write. Even a forged file cannot make a lookup read
    /// outside the index. Costs about a second for ten million hashes, once the file is in the system's cache.
    ///
    /// - Throws: the reason why the file is not to be used; the caller then builds the index anew.
    public static func open(
        snapshot path: String, origin: UInt64, configuration: Configuration = Configuration()
    ) throws(SnapshotError) -> OpenedSnapshot {
        try SnapshotReader(path: path).read(origin: origin, configuration: configuration)
    }
}

/// Why a snapshot could not be written or opened.
public enum SnapshotError: Error, Hashable, Sendable {
    /// There is no file at the path.
    case missing
    /// Another call is writing a snapshot to the path.
    case busy
    /// The system refused; `number` is its `errno`.
    case system(operation: String, number: Int32)
    /// The system has no memory for so many bytes.
    case memory(bytes: Int)
    /// The file is something else.
    case notASnapshot
    /// The file was written on a machine of the other byte order.
    case otherByteOrder
    /// The file is of a format that only a later release knows.
    case newerFormat(UInt64)
    /// The hashes are of another origin.
    case otherOrigin(UInt64)
    /// The file is shorter or longer than it says.
    case wrongLength(expected: UInt64, actual: UInt64)
    /// The bytes of a part are not the ones that were written.
    case damaged(part: String)

    /// A name that does not change between releases.
    public var code: String {
        switch self {
        case .missing: "index_snapshot_missing"
        case .busy: "index_snapshot_busy"
        case .system: "index_snapshot_system"
        case .memory: "index_snapshot_memory"
        case .notASnapshot: "index_snapshot_foreign"
        case .otherByteOrder: "index_snapshot_byte_order"
        case .newerFormat: "index_snapshot_newer"
        case .otherOrigin: "index_snapshot_origin"
        case .wrongLength: "index_snapshot_length"
        case .damaged: "index_snapshot_damaged"
        }
    }

    /// One sentence for the log. Names no path.
    public var message: String {
        switch self {
        case .missing: "There is no index snapshot; the index is built from the database."
        case .busy: "Another index snapshot is being written to the same path."
        case .system(let operation, let number): "The index snapshot failed at \(operation) (errno \(number))."
        case .memory(let bytes): "There is no memory for the \(bytes) bytes of the index snapshot."
        case .notASnapshot: "The file is not an index snapshot."
        case .otherByteOrder: "The index snapshot was written on a machine of the other byte order."
        case .newerFormat(let format): "The index snapshot has format \(format), which a later release wrote."
        case .otherOrigin: "The index snapshot belongs to another database."
        case .wrongLength(let expected, let actual):
            "The index snapshot has \(actual) bytes where it should have \(expected)."
        case .damaged(let part): "The index snapshot is damaged in its \(part)."
        }
    }
}
