import CHamming
import Synchronization

/// A short run of rows in the order of their insertion, scanned by lookups while a writer appends.
///
// SAFETY: one writer at a time (the holder of the writer's lock) fills rows at or beyond `count` and then publishes them
// by storing `count` with release ordering; readers load it with acquire ordering and touch only rows below it.
// Generations are atomic because a purge may void a published one. The memory is freed only in `deinit`.
final class Tail: @unchecked Sendable {
    let capacity: Int
    let hashes: UnsafeMutablePointer<SIMD4<UInt64>>
    let slots: UnsafeMutablePointer<UInt32>
    let generations: UnsafeMutablePointer<Atomic<UInt8>>
    private let published = Atomic<Int>(0)

    init(capacity: Int) {
        self.capacity = capacity
        hashes = .allocate(capacity: capacity)
        slots = .allocate(capacity: capacity)
        generations = .allocate(capacity: capacity)
        for row in 0..<capacity {
            (generations + row).initialize(to: Atomic(0))
        }
    }

    deinit {
        hashes.deallocate()
        slots.deallocate()
        generations.deallocate()
    }

    var count: Int { published.load(ordering: .acquiring) }
    var memoryBytes: Int { capacity * (MemoryLayout<SIMD4<UInt64>>.stride + 5) }

    /// Writes the row after the last published one, which `publish()` then shows to readers. Room is the caller's duty.
    func write(hash: SIMD4<UInt64>, slot: UInt32, generation: UInt8) {
        let row = published.load(ordering: .relaxed)
        precondition(row < capacity, "a full tail is replaced before anything is appended")
        (hashes + row).initialize(to: hash)
        (slots + row).initialize(to: slot)
        generations[row].store(generation, ordering: .relaxed)
    }

    func publish() {
        published.store(published.load(ordering: .relaxed) + 1, ordering: .releasing)
    }

    /// Makes every row of a slot dead for good.
    func void(slot: UInt32) {
        for row in 0..<count where slots[row] == slot {
            generations[row].store(0, ordering: .relaxed)
        }
    }

    func forEachRow(_ body: (SIMD4<UInt64>, UInt32, UInt8) -> Void) {
        for row in 0..<count {
            body(hashes[row], slots[row], generations[row].load(ordering: .relaxed))
        }
    }
}
