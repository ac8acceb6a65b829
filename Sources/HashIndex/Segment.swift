import CHamming
import Synchronization

/// A sealed set of distinct hashes with the slots that hold each, and the tables to search it.
///
/// Everything lies in one region of memory, section after section, so that a snapshot is the region as it is.
///
// SAFETY: the region is filled before the segment is shared and never changed afterwards, but for generations, which are
// atomic (a purge may void one). It is freed only in `deinit`.
final class Segment: @unchecked Sendable {
    /// The generation that says: the row's slot number is an index into the groups.
    static let grouped: UInt8 = 0xFF

    let layout: SegmentLayout
    let region: MemoryRegion
    let view: UnsafeMutablePointer<chamming_segment>
    /// How to search for every radius up to `ChunkPlan.largestRadius`.
    let searches: [ChunkPlan.Search]

    /// Takes over a region that is filled according to the layout.
    init(layout: SegmentLayout, region: MemoryRegion) {
        self.layout = layout
        self.region = region
        view = .allocate(capacity: 1)
        view.initialize(to: layout.view(of: region))
        let plan = layout.plan
        searches = (0...ChunkPlan.largestRadius).map { plan.search(radius: $0, rows: layout.rows) }
    }

    deinit {
        view.deallocate()
    }

    /// The distinct hashes.
    var rows: Int { layout.rows }
    /// The stored items, dead ones included: the rows, and what their groups hold beyond one each.
    var items: Int { layout.items }
    var memoryBytes: Int { region.length }

    var hashes: UnsafeMutablePointer<SIMD4<UInt64>> { region.pointer(at: layout.hashes) }
    var slots: UnsafeMutablePointer<UInt32> { region.pointer(at: layout.slots) }
    var generations: UnsafeMutablePointer<Atomic<UInt8>> { region.pointer(at: layout.generations) }
    /// For each group its count, then as many pairs of slot and generation.
    var groups: UnsafeMutablePointer<Atomic<UInt32>> { region.pointer(at: layout.groups) }

    /// Calls the body with slot and generation of every item of a row.
    @inline(__always)
    func forEachItem(of row: Int, _ body: (UInt32, UInt8) -> Void) {
        let generation = generations[row].load(ordering: .relaxed)
        guard generation == Self.grouped else {
            body(slots[row], generation)
            return
        }
        let groups = groups
        let start = Int(slots[row])
        for member in 0..<Int(groups[start].load(ordering: .relaxed)) {
            body(
                groups[start + 1 + 2 * member].load(ordering: .relaxed),
                UInt8(truncatingIfNeeded: groups[start + 2 + 2 * member].load(ordering: .relaxed)))
        }
    }

    func forEachRow(_ body: (SIMD4<UInt64>, UInt32, UInt8) -> Void) {
        for row in 0..<rows {
            let hash = hashes[row]
            forEachItem(of: row) { body(hash, $0, $1) }
        }
    }

    /// Makes every item of a slot dead for good.
    func void(slot: UInt32) {
        for row in 0..<rows {
            guard generations[row].load(ordering: .relaxed) == Self.grouped else {
                if slots[row] == slot { generations[row].store(0, ordering: .relaxed) }
                continue
            }
            let start = Int(slots[row])
            for member in 0..<Int(groups[start].load(ordering: .relaxed))
            where groups[start + 1 + 2 * member].load(ordering: .relaxed) == slot {
                groups[start + 2 + 2 * member].store(0, ordering: .relaxed)
            }
        }
    }

    /// The items that are not live.
    func deadItems(_ liveness: Liveness) -> Int {
        var dead = 0
        for row in 0..<rows {
            forEachItem(of: row) { dead += liveness.isLive(slot: $0, generation: $1) ? 0 : 1 }
        }
        return dead
    }
}

/// Zeroed memory that frees itself.
///
// SAFETY: the pointer is never changed; what may touch the bytes when is the promise of the owner.
final class MemoryRegion: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let length: Int

    /// Fails when the system has no memory to give.
    init?(length: Int) {
        guard length > 0, let base = chamming_region_allocate(length) else { return nil }
        self.base = base
        self.length = length
    }

    deinit {
        chamming_region_free(base, length)
    }

    func pointer<T: ~Copyable>(at offset: Int) -> UnsafeMutablePointer<T> {
        (base + offset).assumingMemoryBound(to: T.self)
    }
}
