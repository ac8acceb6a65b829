import HashIndex
import Synchronization
import Testing

/// Run these under the thread sanitizer too: `swift test --sanitize=thread --filter HashIndexTests`.
@Suite("Readers and writers at once")
struct ConcurrencyTests {
    /// What the tasks of a test share.
    final class Shared: Sendable {
        let index = HammingIndex(configuration: .init(tailCapacity: 64, maximumSegmentRows: 4096))
        /// Slots below this have been inserted.
        let inserted = Atomic<Int>(0)
        /// Slots below this have been removed.
        let removed = Atomic<Int>(0)
        let isDone = Atomic<Bool>(false)
        let rounds = Atomic<Int>(0)
    }

    static let slotCount = 8000
    static let swapped: UInt32 = 1_000_000
    static let permanent: UInt32 = 2_000_000

    @Test("Every lookup finds what was there before it began, and nothing that was gone")
    func readersSeeWhatWasWritten() async {
        var source = PictureHashes(seed: 91)
        let hashes = (0..<Self.slotCount).map { _ in source.random() }
        let centre = source.hash()
        let versions = (0..<4).map { _ in source.flipped(centre, bits: 5) }
        let lasting = (0..<2200).map { _ in source.random() }
        let shared = Shared()
        shared.index.insert([.init(hash: centre, slot: Self.swapped)])
        shared.index.insert(lasting.enumerated().map { .init(hash: $1, slot: Self.permanent + UInt32($0)) })

        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.write(hashes, versions: versions, shared) }
            group.addTask {
                while !shared.isDone.load(ordering: .acquiring) {
                    if !shared.index.maintain() { await Task.yield() }
                }
            }
            for reader in 0..<2 {
                group.addTask {
                    await Self.read(hashes, lasting: lasting, centre: centre, seed: UInt64(reader) + 200, shared)
                }
            }
        }

        #expect(shared.rounds.load(ordering: .relaxed) >= 2, "the readers took part")
        while shared.index.maintain() {}
        let left = Self.slotCount - shared.removed.load(ordering: .acquiring)
        #expect(shared.index.count == left + lasting.count + 1)
    }

    /// Inserts every slot, removes those that are 500 behind and moves one slot among the versions of its hash.
    private static func write(_ hashes: [SIMD4<UInt64>], versions: [SIMD4<UInt64>], _ shared: Shared) async {
        for slot in hashes.indices {
            shared.index.insert([.init(hash: hashes[slot], slot: UInt32(slot))])
            shared.inserted.store(slot + 1, ordering: .releasing)
            shared.index.insert([.init(hash: versions[slot % versions.count], slot: swapped)])
            if slot >= 500 {
                shared.index.remove(slots: [UInt32(slot - 500)])
                shared.removed.store(slot - 499, ordering: .releasing)
            }
            // There may be fewer threads than tasks.
            if slot % 16 == 0 { await Task.yield() }
        }
        shared.isDone.store(true, ordering: .releasing)
    }

    private static func read(
        _ hashes: [SIMD4<UInt64>], lasting: [SIMD4<UInt64>], centre: SIMD4<UInt64>, seed: UInt64, _ shared: Shared
    ) async {
        var generator = SeededGenerator(seed: seed)
        repeat {
            let slot = Int.random(in: 0..<hashes.count, using: &generator)
            let gone = shared.removed.load(ordering: .acquiring)
            let there = shared.inserted.load(ordering: .acquiring)
            let found = shared.index.sortedHits(hashes[slot], radius: 20).map(\.slot)
            let removedMeanwhile = shared.removed.load(ordering: .acquiring)
            let insertedMeanwhile = shared.inserted.load(ordering: .acquiring)
            if slot < gone || slot > insertedMeanwhile {
                #expect(found.isEmpty, "seed \(seed), slot \(slot), gone below \(gone)")
            } else if slot < there, slot > removedMeanwhile {
                #expect(found == [UInt32(slot)], "seed \(seed), slot \(slot), there below \(there)")
            }

            let versions = shared.index.sortedHits(centre, radius: 10)
            #expect(versions.map(\.slot) == [swapped], "seed \(seed): a slot being replaced is found exactly once")

            let one = Int.random(in: 0..<lasting.count, using: &generator)
            let kept = shared.index.sortedHits(lasting[one], radius: 0)
            #expect(kept == [.init(slot: permanent + UInt32(one), distance: 0)], "seed \(seed), permanent \(one)")
            shared.rounds.wrappingAdd(1, ordering: .relaxed)
            await Task.yield()
        } while !shared.isDone.load(ordering: .acquiring)
    }

    @Test("Batches inserted at once from several tasks are all there, and duplicates of one hash with them")
    func parallelBatches() async {
        let shared = Shared()
        var source = PictureHashes(seed: 17)
        let common = source.hash()
        var batches = [[HammingIndex.Item]](repeating: [], count: 4)
        for batch in batches.indices {
            for row in 0..<2600 {
                let hash = row % 10 == 0 ? common : source.random()
                batches[batch].append(HammingIndex.Item(hash: hash, slot: UInt32(10_000 * batch + row)))
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for batch in batches {
                group.addTask {
                    shared.index.insert(batch)
                    while shared.index.maintain() {}
                }
            }
        }
        #expect(shared.index.count == 4 * 2600)
        #expect(shared.index.sortedHits(common, radius: 0).count == 4 * 260)
        for batch in batches {
            for item in batch.prefix(50) {
                #expect(shared.index.sortedHits(item.hash, radius: 0).contains(.init(slot: item.slot, distance: 0)))
            }
        }
    }
}
