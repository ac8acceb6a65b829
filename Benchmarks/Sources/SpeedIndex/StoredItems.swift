import HashIndex

/// Hashes as items whose slots are their positions, made as they are read.
struct StoredItems: RandomAccessCollection {
    let hashes: [SIMD4<UInt64>]
    var startIndex: Int { 0 }
    var endIndex: Int { hashes.count }
    subscript(position: Int) -> HammingIndex.Item { .init(hash: hashes[position], slot: UInt32(position)) }
}
