import HashIndex

/// What an index should hold, searched in the plainest way.
struct ScanModel {
    var hashes: [UInt32: SIMD4<UInt64>] = [:]

    mutating func insert(_ items: [HammingIndex.Item]) {
        for item in items { hashes[item.slot] = item.hash }
    }

    mutating func remove(_ slots: [UInt32]) {
        for slot in slots { hashes[slot] = nil }
    }

    func lookup(_ query: SIMD4<UInt64>, radius: Int) -> [HammingIndex.Hit] {
        var hits: [HammingIndex.Hit] = []
        for (slot, hash) in hashes {
            let distance = distance(hash, query)
            if distance <= radius { hits.append(.init(slot: slot, distance: UInt16(distance))) }
        }
        return hits.sorted { $0.slot < $1.slot }
    }
}

extension HammingIndex {
    /// The hits in the order of their slots.
    func sortedHits(_ query: Hash, radius: Int) -> [Hit] {
        var hits: [Hit] = []
        lookup(query, radius: radius, into: &hits)
        return hits.sorted { $0.slot < $1.slot }
    }
}
