import Testing

@testable import HashIndex

@Suite("The index finds what a scan finds")
struct HammingIndexTests {
    enum Kind: String, CaseIterable {
        case random, picture, crowded
    }

    static let radii = [0, 1, 2, 7, 15, 20, 30, 31, 32, 40, 48, 63, 64, 65, 100, 128, 256]

    /// Hashes of a kind, a third of them near another one.
    static func hashes(_ kind: Kind, count: Int, _ source: inout PictureHashes) -> [SIMD4<UInt64>] {
        var hashes: [SIMD4<UInt64>] = []
        let centre = source.hash()
        while hashes.count < count {
            if !hashes.isEmpty, hashes.count % 3 == 0 {
                let near = hashes[Int.random(in: 0..<hashes.count, using: &source.generator)]
                hashes.append(source.flipped(near, bits: Int.random(in: 0...40, using: &source.generator)))
                continue
            }
            switch kind {
            case .random: hashes.append(source.random())
            case .picture: hashes.append(source.hash())
            case .crowded:
                hashes.append(source.flipped(centre, bits: Int.random(in: 0...6, using: &source.generator)))
            }
        }
        return hashes
    }

    @Test("for random, picture-like and crowded hashes, in sets of every size", arguments: Kind.allCases)
    func agreesWithScan(kind: Kind) {
        for (seed, size) in [0, 1, 2, 7, 8, 9, 100, 2047, 2048, 7000].enumerated() {
            var source = PictureHashes(seed: UInt64(seed) + 11)
            let hashes = Self.hashes(kind, count: size, &source)
            let items = hashes.enumerated().map { HammingIndex.Item(hash: $1, slot: UInt32($0)) }
            let index = HammingIndex(configuration: .init(tailCapacity: 500))
            // Of a set as small as these a scan is often the cheaper way, so one index is made to use its tables.
            let probing = HammingIndex(
                configuration: .init(tailCapacity: 500), mode: SearchMode(alwaysProbes: true))
            index.insert(items)
            probing.insert(items)
            #expect(index.count == size)
            var model = ScanModel()
            model.insert(items)
            for radius in Self.radii {
                let base = hashes.randomElement(using: &source.generator) ?? source.hash()
                for query in [
                    base, source.flipped(base, bits: min(radius, 256)), source.flipped(base, bits: 9), source.random(),
                ] {
                    let expected = model.lookup(query, radius: radius)
                    let found = (index.sortedHits(query, radius: radius), probing.sortedHits(query, radius: radius))
                    #expect(found.0 == expected, "seed \(seed), size \(size), radius \(radius)")
                    #expect(found.1 == expected, "seed \(seed), size \(size), radius \(radius), by tables")
                }
            }
        }
    }

    @Test("within every radius from 0 to 64, with each match exactly at its edge")
    func findsMatchesAtTheEdge() {
        var source = PictureHashes(seed: 5)
        let hashes = Self.hashes(.picture, count: 3000, &source)
        let index = HammingIndex(
            configuration: .init(tailCapacity: 100), mode: SearchMode(alwaysProbes: true))
        index.insert(hashes.enumerated().map { HammingIndex.Item(hash: $1, slot: UInt32($0)) })
        for radius in 0...64 {
            for _ in 0..<20 {
                let slot = Int.random(in: 0..<hashes.count, using: &source.generator)
                let at = source.flipped(hashes[slot], bits: radius)
                let beyond = source.flipped(hashes[slot], bits: radius + 1)
                #expect(
                    index.sortedHits(at, radius: radius).contains(.init(slot: UInt32(slot), distance: UInt16(radius))))
                #expect(!index.sortedHits(beyond, radius: radius).contains { $0.slot == UInt32(slot) })
            }
        }
    }

    @Test("A radius below zero finds nothing and one beyond 256 everything")
    func unusualRadii() {
        let index = HammingIndex()
        index.insert([.init(hash: .zero, slot: 3), .init(hash: SIMD4(repeating: .max), slot: 4)])
        #expect(index.sortedHits(.zero, radius: -1).isEmpty)
        #expect(index.sortedHits(.zero, radius: .min).isEmpty)
        #expect(index.sortedHits(.zero, radius: 255).map(\.slot) == [3])
        #expect(index.sortedHits(.zero, radius: .max).map(\.slot) == [3, 4])
    }

    @Test("A lookup appends to what the list holds already")
    func appends() {
        let index = HammingIndex()
        index.insert([.init(hash: .zero, slot: 3)])
        var hits = [HammingIndex.Hit(slot: 9, distance: 9)]
        index.lookup(.zero, radius: 0, into: &hits)
        #expect(hits == [.init(slot: 9, distance: 9), .init(slot: 3, distance: 0)])
    }

    @Test("A batch of queries gets the lists that single lookups get")
    func batches() {
        var source = PictureHashes(seed: 8)
        let hashes = Self.hashes(.picture, count: 2500, &source)
        let index = HammingIndex(configuration: .init(tailCapacity: 300))
        index.insert(hashes.enumerated().map { HammingIndex.Item(hash: $1, slot: UInt32($0)) })
        let queries = (0..<30).map { source.flipped(hashes[$0 * 7], bits: $0) }
        var lists: [[HammingIndex.Hit]] = [[.init(slot: 1, distance: 1)]]
        index.lookup(queries, radius: 31, into: &lists)
        #expect(lists.map { $0.sorted { $0.slot < $1.slot } } == queries.map { index.sortedHits($0, radius: 31) })
        index.lookup([], radius: 31, into: &lists)
        #expect(lists.isEmpty)
    }

    @Test("Six thousand slots with one hash are all found, and do not hide their neighbours")
    func duplicates() {
        var source = PictureHashes(seed: 21)
        let shared = source.hash()
        var items = (0..<6000).map { HammingIndex.Item(hash: shared, slot: UInt32($0)) }
        items += (10_000..<12_000).map { HammingIndex.Item(hash: source.hash(), slot: UInt32($0)) }
        items.append(.init(hash: source.flipped(shared, bits: 12), slot: 20_000))
        let index = HammingIndex(configuration: .init(tailCapacity: 64))
        index.insert(items)
        var model = ScanModel()
        model.insert(items)
        #expect(index.sortedHits(shared, radius: 31) == model.lookup(shared, radius: 31))
        index.remove(slots: (0..<6000).filter { $0 % 3 != 0 }.map(UInt32.init))
        model.remove((0..<6000).filter { $0 % 3 != 0 }.map(UInt32.init))
        #expect(index.sortedHits(shared, radius: 31) == model.lookup(shared, radius: 31))
        while index.maintain() {}
        #expect(index.sortedHits(shared, radius: 31) == model.lookup(shared, radius: 31))
    }
}
