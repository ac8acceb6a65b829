import Testing

@testable import HashIndex

@Suite("Every instruction set finds the same")
struct KernelTests {
    static let available = Kernel.allCases.filter(\.isAvailable)

    @Test("hashes as a plain scan, whether probing or scanning", arguments: available)
    func agreesWithScan(kernel: Kernel) {
        for (seed, size) in [1, 7, 8, 9, 15, 17, 255, 2600].enumerated() {
            var source = PictureHashes(seed: UInt64(seed) + 70)
            let hashes = HammingIndexTests.hashes(.picture, count: size, &source)
            let items = hashes.enumerated().map { HammingIndex.Item(hash: $1, slot: UInt32($0)) }
            // Half is in a segment, where the size asks for one, and the rest in the tail.
            let index = HammingIndex(
                configuration: .init(tailCapacity: 400),
                mode: SearchMode(kernel: kernel, alwaysProbes: size.isMultiple(of: 2)))
            index.insert(items.prefix(size - size / 8))
            index.insert(items.suffix(size / 8))
            var model = ScanModel()
            model.insert(items)
            for radius in [0, 31, 64, 65, 255, 256] {
                for query in [hashes[size / 2], source.flipped(hashes[0], bits: radius), source.random()] {
                    #expect(
                        index.sortedHits(query, radius: radius) == model.lookup(query, radius: radius),
                        "seed \(seed), size \(size), radius \(radius)")
                }
            }
        }
    }

    @Test("The portable one is always there and the best one is available")
    func availability() {
        #expect(Kernel.portable.isAvailable)
        #expect(Kernel.best.isAvailable)
    }
}
