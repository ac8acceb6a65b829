import CHamming

/// Where the sections of a segment lie in its region, all aligned to 64 bytes.
struct SegmentLayout: Sendable {
    struct Table: Sendable {
        var base = 0
        var rest = 0
        /// Absent in the first chunk, in whose order the rows are.
        var entries: Int?
        var shift: Int
    }

    let rows: Int
    let items: Int
    let groupWords: Int
    let plan: ChunkPlan
    let hashes: Int
    let slots: Int
    let generations: Int
    let groups: Int
    let tables: [Table]
    let length: Int

    /// The logarithm of the buckets that share one 32-bit base; the widest that leaves 16 bits for the rest is taken.
    static let shifts = [8, 4, 0]

    /// `shifts` has one element for every chunk of the plan.
    init(rows: Int, items: Int, groupWords: Int, plan: ChunkPlan, shifts: [Int]) {
        var length = 0
        func section(_ bytes: Int) -> Int {
            defer { length += (bytes + 63) & ~63 }
            return length
        }
        self.rows = rows
        self.items = items
        self.groupWords = groupWords
        self.plan = plan
        hashes = section(32 * rows)
        slots = section(4 * rows)
        generations = section(rows)
        groups = section(4 * groupWords)
        var tables: [Table] = []
        for (index, chunk) in plan.chunks.enumerated() {
            var table = Table(shift: shifts[index])
            table.base = section(4 * (chunk.bucketCount >> table.shift + 1))
            table.rest = section(2 * (chunk.bucketCount + 1))
            table.entries = index == 0 ? nil : section(4 * rows)
            tables.append(table)
        }
        self.tables = tables
        self.length = max(length, 64)
    }

    /// The region as the kernels see it.
    func view(of region: MemoryRegion) -> chamming_segment {
        var view = chamming_segment()
        view.hashes = UnsafePointer(region.pointer(at: hashes))
        view.count = UInt32(rows)
        view.chunk_count = UInt32(plan.chunks.count)
        withUnsafeMutableBytes(of: &view.chunks) { bytes in
            let chunks = bytes.assumingMemoryBound(to: chamming_chunk.self)
            for index in tables.indices {
                chunks[index] = chunkView(index, of: region)
            }
        }
        return view
    }

    func chunkView(_ index: Int, of region: MemoryRegion) -> chamming_chunk {
        let table = tables[index]
        return chamming_chunk(
            base: UnsafePointer(region.pointer(at: table.base)),
            rest: UnsafePointer(region.pointer(at: table.rest)),
            entries: table.entries.map { UnsafePointer(region.pointer(at: $0)) },
            first_bit: UInt16(plan.chunks[index].firstBit),
            width: UInt8(plan.chunks[index].width),
            shift: UInt8(table.shift))
    }
}
