import Foundation
import Testing

@testable import HashIndex

@Suite("A snapshot gives the index back")
struct SnapshotTests {
    static let stamp = HammingIndex.SnapshotStamp(origin: 0xFEED, sequence: 77)

    /// A folder that is gone at the end of the test.
    final class Folder: Sendable {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("index-\(UUID().uuidString)")
        var path: String { url.appendingPathComponent("snapshot").path }

        init() throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: url) }
    }

    /// An index with segments, duplicates, dead rows and a tail, and the same as a model.
    static func filled(seed: UInt64, bulk: Int = 3000) -> (index: HammingIndex, model: ScanModel) {
        var source = PictureHashes(seed: seed)
        let index = HammingIndex(configuration: .init(tailCapacity: 100))
        var model = ScanModel()
        let common = source.random()
        var items = (0..<bulk).map {
            HammingIndex.Item(hash: $0 % 50 == 0 ? common : source.random(), slot: UInt32($0))
        }
        items += (0..<330).map { HammingIndex.Item(hash: source.random(), slot: 4_000_000_000 + UInt32($0)) }
        index.insert(items.prefix(bulk))
        index.insert(items.suffix(330))
        model.insert(items)
        let removed = (0..<bulk).filter { $0 % 7 == 0 }.map(UInt32.init)
        index.remove(slots: removed)
        model.remove(removed)
        let replaced = (1..<20).map { HammingIndex.Item(hash: source.flipped(common, bits: 3), slot: UInt32($0)) }
        index.insert(replaced)
        model.insert(replaced)
        return (index, model)
    }

    static func open(_ path: String) throws(SnapshotError) -> HammingIndex.OpenedSnapshot {
        try HammingIndex.open(snapshot: path, origin: stamp.origin, configuration: .init(tailCapacity: 100))
    }

    static func expectEqual(_ index: HammingIndex, _ model: ScanModel, seed: UInt64) {
        #expect(index.count == model.hashes.count, "seed \(seed)")
        var source = PictureHashes(seed: seed)
        for hash in model.hashes.values.sorted(by: { $0[0] < $1[0] }).prefix(40) {
            for radius in [0, 31, 70] {
                let query = source.flipped(hash, bits: radius / 2)
                #expect(index.sortedHits(query, radius: radius) == model.lookup(query, radius: radius), "seed \(seed)")
            }
        }
    }

    @Test("with all it held, and it can be changed and saved again", arguments: [1, 2, 3])
    func roundTrip(seed: UInt64) throws {
        let folder = try Folder()
        var (index, model) = Self.filled(seed: seed)
        if seed == 2 { while index.maintain() {} }
        let length = try index.save(to: folder.path, stamp: Self.stamp)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.size] as? Int == length)
        #expect(attributes[.posixPermissions] as? Int == 0o600)

        let opened = try Self.open(folder.path)
        #expect(opened.stamp == Self.stamp)
        Self.expectEqual(opened.index, model, seed: seed)

        // The old index and the new one go separate ways.
        let some = model.hashes.keys.sorted().prefix(300).map { $0 }
        opened.index.remove(slots: some)
        Self.expectEqual(index, model, seed: seed)
        model.remove(some)
        let added = some.map { HammingIndex.Item(hash: SIMD4(UInt64($0), 1, 2, 3), slot: $0) }
        opened.index.insert(added)
        model.insert(added)
        while opened.index.maintain() {}
        Self.expectEqual(opened.index, model, seed: seed)
        try opened.index.save(to: folder.path, stamp: .init(origin: Self.stamp.origin, sequence: -5))
        let again = try Self.open(folder.path)
        #expect(again.stamp.sequence == -5)
        Self.expectEqual(again.index, model, seed: seed)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["snapshot"])
    }

    @Test("when it is empty")
    func empty() throws {
        let folder = try Folder()
        try HammingIndex().save(to: folder.path, stamp: Self.stamp)
        let opened = try Self.open(folder.path)
        #expect(opened.index.count == 0)
        #expect(opened.index.sortedHits(.zero, radius: 256).isEmpty)
    }

    @Test("through changes made while it is written, once the later ones are applied again", arguments: [1, 2, 3])
    func savedDuringChanges(seed: UInt64) async throws {
        let folder = try Folder()
        var source = PictureHashes(seed: seed)
        let index = HammingIndex(configuration: .init(tailCapacity: 50, maximumSegmentRows: 3000))
        let changes = (0..<4000).map { _ in
            let slot = UInt32.random(in: 0..<500, using: &source.generator)
            return (slot: slot, hash: Int.random(in: 0..<4, using: &source.generator) == 0 ? nil : source.random())
        }
        func apply(_ change: (slot: UInt32, hash: SIMD4<UInt64>?), to index: HammingIndex) {
            if let hash = change.hash {
                index.insert([.init(hash: hash, slot: change.slot)])
            } else {
                index.remove(slots: [change.slot])
            }
        }
        for change in changes.prefix(1000) { apply(change, to: index) }
        async let saved = index.save(to: folder.path, stamp: .init(origin: Self.stamp.origin, sequence: 1000))
        for (number, change) in changes.enumerated().dropFirst(1000) {
            apply(change, to: index)
            if number % 200 == 0 { _ = index.maintain() }
        }
        _ = try await saved
        let opened = try Self.open(folder.path)
        for change in changes.dropFirst(Int(opened.stamp.sequence)) { apply(change, to: opened.index) }
        var model = ScanModel()
        for change in changes { model.hashes[change.slot] = change.hash }
        Self.expectEqual(index, model, seed: seed)
        Self.expectEqual(opened.index, model, seed: seed)
    }
}
