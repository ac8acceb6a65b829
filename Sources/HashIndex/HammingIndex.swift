import Synchronization

/// Finds every stored 256-bit hash within a Hamming distance, exactly, while being written to.
///
/// The index holds immutable *segments*, searched by multi-index hashing, and a short *tail* of what was added last,
/// which is scanned. A lookup reads one consistent set of them without taking a lock; a writer appends to the tail;
/// `maintain()`, called again and again by one background task, turns tails into segments and merges segments.
/// `save(to:stamp:)` and `open(snapshot:origin:configuration:)` carry it across a restart.
///
/// A *slot* is the caller's number for one stored hash. Slots should be dense (the numbers of rows in a table, say): the
/// index keeps one byte for every slot in each run of 65,536 that it has seen.
///
/// Cost: about 90 bytes for each hash at ten million. A lookup costs thousands of loads from memory for a segment of ten
/// million at radius 31 and never more than about twice a scan of the whole, however the hashes are spread.
public final class HammingIndex: Sendable {
    /// Four words, the most significant first.
    public typealias Hash = SIMD4<UInt64>

    /// One hash to store, under the caller's number for it.
    public struct Item: Hashable, Sendable {
        public var hash: Hash
        public var slot: UInt32

        public init(hash: Hash, slot: UInt32) {
            self.hash = hash
            self.slot = slot
        }
    }

    /// One stored hash within the radius, and how many bits (0…256) it is away.
    public struct Hit: Hashable, Sendable {
        public var slot: UInt32
        public var distance: UInt16

        public init(slot: UInt32, distance: UInt16) {
            self.slot = slot
            self.distance = distance
        }
    }

    let configuration: Configuration
    let mode: SearchMode
    let liveness: Liveness
    let contents: PublishedReference<Contents>
    let writer: WriterLock<Writer>
    /// Odd while a live slot passes from one stored row to another.
    let replacements = Atomic<UInt64>(0)
    let liveCount: Atomic<Int>

    /// An empty index.
    public convenience init(configuration: Configuration = Configuration()) {
        self.init(configuration: configuration, mode: SearchMode())
    }

    init(
        configuration: Configuration, mode: SearchMode, liveness: Liveness = Liveness(), segments: [Segment] = [],
        liveCount: Int = 0
    ) {
        let tail = Tail(capacity: configuration.tailCapacity)
        self.configuration = configuration
        self.mode = mode
        self.liveness = liveness
        self.contents = PublishedReference(Contents(segments: segments, sealed: [], tail: tail))
        self.writer = WriterLock(Writer())
        self.liveCount = Atomic(liveCount)
    }

    /// The number of hashes stored and not removed.
    public var count: Int { liveCount.load(ordering: .relaxed) }

    /// The bytes of memory that the index holds, tables and unused room in the tail included.
    public var memoryBytes: Int {
        let contents = contents.load()
        return contents.segments.reduce(0) { $0 + $1.memoryBytes }
            + contents.sealed.reduce(contents.tail.memoryBytes) { $0 + $1.memoryBytes } + liveness.memoryBytes
    }

    /// The immutable segments that a lookup searches now, a measure of how much merging is left to do.
    public var segmentCount: Int {
        let contents = contents.load()
        return contents.segments.count + contents.sealed.count
    }
}

extension HammingIndex {
    /// The sizes that decide when things move. The defaults are measured; tests use small ones.
    public struct Configuration: Sendable {
        /// Hashes in the tail before it is sealed. Each lookup scans up to this many.
        public var tailCapacity: Int
        /// Hashes in the largest segment, at most 2²⁴.
        public var maximumSegmentRows: Int
        /// Segments of like size that are merged into one.
        public var mergeWidth: Int

        /// Values outside the useful range are brought to its nearest end.
        public init(tailCapacity: Int = 8192, maximumSegmentRows: Int = 1 << 24, mergeWidth: Int = 4) {
            self.tailCapacity = min(max(tailCapacity, 1), 1 << 20)
            self.maximumSegmentRows = min(max(maximumSegmentRows, 1), 1 << 24)
            self.mergeWidth = min(max(mergeWidth, 2), 64)
        }
    }
}

/// What a lookup searches: one consistent set of segments and tails.
final class Contents: Sendable {
    let segments: [Segment]
    /// Full tails that no writer appends to any more and no segment has replaced yet.
    let sealed: [Tail]
    let tail: Tail

    init(segments: [Segment], sealed: [Tail], tail: Tail) {
        self.segments = segments
        self.sealed = sealed
        self.tail = tail
    }
}
