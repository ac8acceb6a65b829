import Synchronization

/// Collects items and makes a segment of them.
struct SegmentBuilder: ~Copyable {
    private var hashes: [SIMD4<UInt64>] = []
    private var slots: [UInt32] = []
    private var generations: [UInt8] = []

    init(capacity: Int) {
        hashes.reserveCapacity(capacity)
        slots.reserveCapacity(capacity)
        generations.reserveCapacity(capacity)
    }

    var count: Int { hashes.count }

    mutating func append(hash: SIMD4<UInt64>, slot: UInt32, generation: UInt8) {
        hashes.append(hash)
        slots.append(slot)
        generations.append(generation)
    }

    /// Sorts, folds equal hashes into one row each and builds the tables; `nil` when nothing was collected.
    consuming func build(chunkCount: Int? = nil) -> Segment? {
        guard !hashes.isEmpty else { return nil }
        let order = HashOrder.sorted(hashes)
        let (rows, groupWords) = Self.shape(order: order, hashes: hashes)
        let plan = chunkCount.map { ChunkPlan(chunkCount: $0) } ?? ChunkPlan(rows: rows)

        // The tables of a chunk fix how its offsets are stored, which fixes the layout, so the rows come first.
        let distinct = Self.distinct(order: order, hashes: hashes, count: rows)
        let shifts = plan.chunks.map { BucketTable.shift(of: distinct, chunk: $0) }
        let layout = SegmentLayout(
            rows: rows, items: hashes.count, groupWords: groupWords, plan: plan, shifts: shifts)
        guard let region = MemoryRegion(length: layout.length) else {
            preconditionFailure("no memory for an index segment of \(layout.length) bytes")
        }
        fillRows(of: region, layout: layout, order: order, distinct: distinct)
        for index in plan.chunks.indices {
            BucketTable.fill(region, layout: layout, chunk: index, hashes: distinct)
        }
        return Segment(layout: layout, region: region)
    }

    /// The number of distinct hashes, and the words that the groups of equal ones take.
    private static func shape(order: [UInt32], hashes: [SIMD4<UInt64>]) -> (rows: Int, groupWords: Int) {
        var rows = 0
        var groupWords = 0
        var run = 0
        for position in order.indices {
            let isNew = position == 0 || hashes[Int(order[position])] != hashes[Int(order[position - 1])]
            if isNew {
                groupWords += run > 1 ? 1 + 2 * run : 0
                rows += 1
                run = 0
            }
            run += 1
        }
        groupWords += run > 1 ? 1 + 2 * run : 0
        return (rows, groupWords)
    }

    private static func distinct(order: [UInt32], hashes: [SIMD4<UInt64>], count: Int) -> [SIMD4<UInt64>] {
        var distinct: [SIMD4<UInt64>] = []
        distinct.reserveCapacity(count)
        for index in order {
            let hash = hashes[Int(index)]
            if distinct.last != hash { distinct.append(hash) }
        }
        return distinct
    }

    private func fillRows(
        of region: MemoryRegion, layout: SegmentLayout, order: [UInt32], distinct: [SIMD4<UInt64>]
    ) {
        let rowHashes: UnsafeMutablePointer<SIMD4<UInt64>> = region.pointer(at: layout.hashes)
        let rowSlots: UnsafeMutablePointer<UInt32> = region.pointer(at: layout.slots)
        let rowGenerations: UnsafeMutablePointer<UInt8> = region.pointer(at: layout.generations)
        let groups: UnsafeMutablePointer<UInt32> = region.pointer(at: layout.groups)
        var groupEnd = 0
        var position = 0
        for row in distinct.indices {
            rowHashes[row] = distinct[row]
            var end = position + 1
            while end < order.count, hashes[Int(order[end])] == distinct[row] { end += 1 }
            if end == position + 1 {
                rowSlots[row] = slots[Int(order[position])]
                rowGenerations[row] = generations[Int(order[position])]
            } else {
                rowSlots[row] = UInt32(groupEnd)
                rowGenerations[row] = Segment.grouped
                groups[groupEnd] = UInt32(end - position)
                groupEnd += 1
                for member in position..<end {
                    groups[groupEnd] = slots[Int(order[member])]
                    groups[groupEnd + 1] = UInt32(generations[Int(order[member])])
                    groupEnd += 2
                }
            }
            position = end
        }
    }
}

/// Sorts hashes as 256-bit numbers.
enum HashOrder {
    private struct Key {
        var leading: UInt64
        var index: UInt32
    }

    /// The positions of the hashes in ascending order.
    static func sorted(_ hashes: [SIMD4<UInt64>]) -> [UInt32] {
        // One counting pass over the leading bits leaves runs of a few keys each, unless the hashes are skewed.
        let bits = min(max(Int.bitWidth - hashes.count.leadingZeroBitCount, 4), 22)
        let shift = UInt64(64 - bits)
        var ends = [UInt32](repeating: 0, count: 1 << bits + 1)
        for hash in hashes {
            ends[Int(hash[0] >> shift) + 1] += 1
        }
        for bucket in 1..<ends.count {
            ends[bucket] += ends[bucket - 1]
        }
        var keys = [Key](repeating: Key(leading: 0, index: 0), count: hashes.count)
        for index in hashes.indices {
            let leading = hashes[index][0]
            let bucket = Int(leading >> shift)
            keys[Int(ends[bucket])] = Key(leading: leading, index: UInt32(index))
            ends[bucket] += 1
        }
        keys.withUnsafeMutableBufferPointer { keys in
            hashes.withUnsafeBufferPointer { hashes in
                var start = 0
                for bucket in 0..<(1 << bits) {
                    let end = Int(ends[bucket])
                    if end - start > 1 {
                        keys[start..<end].sort { precedes($0, $1, hashes) }
                    }
                    start = end
                }
            }
        }
        return keys.map(\.index)
    }

    @inline(__always)
    private static func precedes(_ left: Key, _ right: Key, _ hashes: UnsafeBufferPointer<SIMD4<UInt64>>) -> Bool {
        if left.leading != right.leading { return left.leading < right.leading }
        let (one, other) = (hashes[Int(left.index)], hashes[Int(right.index)])
        if one[1] != other[1] { return one[1] < other[1] }
        if one[2] != other[2] { return one[2] < other[2] }
        return one[3] < other[3]
    }
}
