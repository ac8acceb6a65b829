import Synchronization

/// Which generation of each slot is live: one byte a slot, read by lookups and written under the writer's lock.
///
/// Every stored row carries its slot and the generation (1…127) under which it was inserted. A row is live exactly when
/// its slot is marked live with that generation. So removing is one store, a removed slot can be given to another
/// hash at once, and rows that are dead can lie in segments until a merge drops them.
///
// SAFETY: the only mutable state is behind `Atomic`; the directory and the pages that it points to are allocated here,
// published with release ordering, never moved and freed only in `deinit`.
final class Liveness: @unchecked Sendable {
    typealias Page = UnsafeMutablePointer<Atomic<UInt8>>

    static let pageSlots = 1 << 16
    static let pageCount = 1 << 16
    static let live: UInt8 = 0x80
    static let lastGeneration: UInt8 = 0x7F

    private let directory: UnsafeMutablePointer<Atomic<Page?>>
    private let pagesInUse = Atomic<Int>(0)

    init() {
        directory = .allocate(capacity: Self.pageCount)
        for index in 0..<Self.pageCount {
            (directory + index).initialize(to: Atomic(nil))
        }
    }

    deinit {
        for index in 0..<Self.pageCount {
            directory[index].load(ordering: .acquiring)?.deallocate()
        }
        directory.deallocate()
    }

    var memoryBytes: Int {
        Self.pageCount * MemoryLayout<Page?>.stride + pagesInUse.load(ordering: .relaxed) * Self.pageSlots
    }

    /// The state of a slot: its last generation in the low seven bits, 0 when it has had none, and the live bit.
    @inline(__always)
    func state(of slot: UInt32) -> UInt8 {
        guard let page = directory[Int(slot >> 16)].load(ordering: .acquiring) else { return 0 }
        return page[Int(slot & 0xFFFF)].load(ordering: .acquiring)
    }

    /// Sets the state of a slot. For the holder of the writer's lock.
    func set(_ state: UInt8, of slot: UInt32) {
        page(at: Int(slot >> 16))[Int(slot & 0xFFFF)].store(state, ordering: .releasing)
    }

    @inline(__always)
    func isLive(slot: UInt32, generation: UInt8) -> Bool {
        state(of: slot) == Self.live | generation
    }

    /// The page for a number, made if need be. For the holder of the writer's lock.
    func page(at number: Int) -> Page {
        if let page = directory[number].load(ordering: .acquiring) { return page }
        let page = Page.allocate(capacity: Self.pageSlots)
        for index in 0..<Self.pageSlots {
            (page + index).initialize(to: Atomic(0))
        }
        directory[number].store(page, ordering: .releasing)
        pagesInUse.wrappingAdd(1, ordering: .relaxed)
        return page
    }

    /// The numbers of the pages in use, ascending.
    var pageNumbers: [Int] {
        (0..<Self.pageCount).filter { directory[$0].load(ordering: .acquiring) != nil }
    }
}
