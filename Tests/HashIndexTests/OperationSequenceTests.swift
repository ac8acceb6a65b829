import Testing

@testable import HashIndex

@Suite("The index stays equal to a plain model")
struct OperationSequenceTests {
    @Test("through random insertions, replacements, removals and upkeep", arguments: 1...12)
    func randomOperations(seed: UInt64) {
        var source = PictureHashes(seed: seed)
        let tailCapacity = [1, 7, 64, 700][Int(seed % 4)]
        let index = HammingIndex(
            configuration: .init(tailCapacity: tailCapacity, maximumSegmentRows: 6000),
            mode: SearchMode(alwaysProbes: seed % 3 != 0))
        var model = ScanModel()
        // Few slots and few hashes, so that both are used again and again.
        let slots: ClosedRange<UInt32> = 0...(seed % 2 == 0 ? 60 : 6000)
        let pool = (0..<50).map { _ in source.hash() }
        for step in 0..<400 {
            switch Int.random(in: 0..<100, using: &source.generator) {
            case 0..<45:
                let bulk = step % 40 == 0
                let count =
                    bulk
                    ? Int.random(in: 2048...3000, using: &source.generator)
                    : Int.random(in: 0...9, using: &source.generator)
                let items = (0..<count).map { _ in
                    let near = pool[Int.random(in: 0..<pool.count, using: &source.generator)]
                    return HammingIndex.Item(
                        hash: bulk
                            ? source.random()
                            : source.flipped(near, bits: Int.random(in: 0...3, using: &source.generator)),
                        slot: UInt32.random(in: slots, using: &source.generator))
                }
                index.insert(items)
                model.insert(items)
            case 45..<60:
                let removed = (0..<5).map { _ in UInt32.random(in: slots, using: &source.generator) }
                index.remove(slots: removed)
                model.remove(removed)
            case 60..<70:
                _ = index.maintain()
            default:
                let near = pool[Int.random(in: 0..<pool.count, using: &source.generator)]
                let query = source.flipped(near, bits: Int.random(in: 0...35, using: &source.generator))
                let radius = Int.random(in: 0...64, using: &source.generator)
                #expect(
                    index.sortedHits(query, radius: radius) == model.lookup(query, radius: radius),
                    "seed \(seed), step \(step), radius \(radius)")
            }
            #expect(index.count == model.hashes.count)
        }
        while index.maintain() {}
        for query in pool {
            #expect(index.sortedHits(query, radius: 31) == model.lookup(query, radius: 31), "seed \(seed), at the end")
        }
    }

    @Test("when one slot is given a new hash a thousand times")
    func manyGenerations() {
        var source = PictureHashes(seed: 77)
        let index = HammingIndex(configuration: .init(tailCapacity: 30, maximumSegmentRows: 400))
        let hashes = (0..<1000).map { _ in source.hash() }
        for (turn, hash) in hashes.enumerated() {
            index.insert([.init(hash: hash, slot: 5)])
            if turn % 3 == 0 {
                index.remove(slots: [5])
                #expect(index.sortedHits(hash, radius: 0).isEmpty)
                index.insert([.init(hash: hash, slot: 5)])
            }
            if turn % 100 == 50 { _ = index.maintain() }
            #expect(index.sortedHits(hash, radius: 0) == [.init(slot: 5, distance: 0)], "turn \(turn)")
            let older = hashes[Int.random(in: 0...turn, using: &source.generator)]
            #expect(older == hash || index.sortedHits(older, radius: 0).isEmpty, "turn \(turn)")
        }
        #expect(index.count == 1)
    }

    @Test("Upkeep ends, leaves few segments and gives back the room of removed hashes")
    func upkeepEnds() {
        var source = PictureHashes(seed: 3)
        let index = HammingIndex(configuration: .init(tailCapacity: 16))
        for start in stride(from: 0, to: 20_000, by: 10) {
            index.insert((start..<start + 10).map { .init(hash: source.random(), slot: UInt32($0)) })
        }
        var steps = 0
        while index.maintain() { steps += 1 }
        #expect(steps > 0)
        #expect(index.segmentCount <= 4 * 6)
        let full = index.memoryBytes
        index.remove(slots: 0..<19_000)
        while index.maintain() {}
        #expect(index.count == 1000)
        #expect(index.memoryBytes < full)
    }
}
