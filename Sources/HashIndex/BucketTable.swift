/// Builds the table of one chunk: the rows by bucket, in counting order.
enum BucketTable {
    /// The bits of a hash in a chunk.
    @inline(__always)
    static func key(_ hash: SIMD4<UInt64>, _ chunk: ChunkPlan.Chunk) -> Int {
        let word = chunk.firstBit >> 6
        let offset = UInt64(chunk.firstBit & 63)
        var bits = hash[word] << offset
        if Int(offset) + chunk.width > 64 { bits |= hash[word + 1] >> (64 - offset) }
        return Int(truncatingIfNeeded: bits >> UInt64(64 - chunk.width))
    }

    /// The widest shift at which no group of buckets that shares a base holds more rows than 16 bits can tell.
    static func shift(of hashes: [SIMD4<UInt64>], chunk: ChunkPlan.Chunk) -> Int {
        for shift in SegmentLayout.shifts where shift > 0 && shift <= chunk.width {
            var counts = [UInt32](repeating: 0, count: chunk.bucketCount >> shift)
            for hash in hashes {
                counts[key(hash, chunk) >> shift] += 1
            }
            if counts.allSatisfy({ $0 <= UInt16.max }) { return shift }
        }
        return 0
    }

    /// Writes bases, rests and entries of a chunk.
    static func fill(_ region: MemoryRegion, layout: SegmentLayout, chunk index: Int, hashes: [SIMD4<UInt64>]) {
        let chunk = layout.plan.chunks[index]
        let next = layout.plan.chunks[index + 1 == layout.plan.chunks.count ? 0 : index + 1]
        let table = layout.tables[index]
        let base: UnsafeMutablePointer<UInt32> = region.pointer(at: table.base)
        let rest: UnsafeMutablePointer<UInt16> = region.pointer(at: table.rest)
        var starts = [UInt32](repeating: 0, count: chunk.bucketCount + 1)
        starts.withUnsafeMutableBufferPointer { starts in
            for hash in hashes {
                starts[key(hash, chunk) + 1] += 1
            }
            for bucket in 0..<chunk.bucketCount {
                starts[bucket + 1] += starts[bucket]
            }
            for bucket in 0...chunk.bucketCount {
                if bucket & (1 << table.shift - 1) == 0 { base[bucket >> table.shift] = starts[bucket] }
                rest[bucket] = UInt16(truncatingIfNeeded: starts[bucket] - base[bucket >> table.shift])
            }
            guard let offset = table.entries else { return }
            let entries: UnsafeMutablePointer<UInt32> = region.pointer(at: offset)
            for row in hashes.indices {
                let bucket = key(hashes[row], chunk)
                let filter = UInt32(truncatingIfNeeded: key(hashes[row], next) >> (next.width - 8))
                entries[Int(starts[bucket])] = UInt32(row) | filter << 24
                starts[bucket] += 1
            }
        }
    }
}
