import CHamming

/// How the 256 bits of the hashes in one segment are cut into chunks, and how far each chunk is searched for a radius.
///
/// If the distance of two hashes is at most r, and each chunk i has a limit such that the limits plus one sum to r + 1, then
/// some chunk differs by no more than its limit (the refined pigeonhole of multi-index hashing: Norouzi, Punjani and
/// Fleet, "Fast exact search in Hamming space with multi-index hashing", 2014).
struct ChunkPlan: Sendable {
    struct Chunk: Sendable {
        var firstBit: Int
        var width: Int
        var bucketCount: Int { 1 << width }
    }

    /// Below this many rows a scan is as fast as probing, so a segment has no tables.
    static let smallestProbed = 2048
    /// The numbers of chunks that a segment may have: each chunk then is 10 to 24 bits wide.
    static let chunkCounts = 11...24
    /// The radii that have a plan of their own; larger ones are scanned.
    static let largestRadius = 64

    let chunks: [Chunk]

    init(chunkCount: Int) {
        chunks = (0..<chunkCount).map { index in
            let first = 256 * index / chunkCount
            return Chunk(firstBit: first, width: 256 * (index + 1) / chunkCount - first)
        }
    }

    /// The plan for a segment of so many distinct hashes; without chunks when it is only scanned.
    init(rows: Int) {
        guard rows >= Self.smallestProbed else {
            self.init(chunkCount: 0)
            return
        }
        self.init(chunkCount: Self.chunkCount(rows: rows))
    }

    /// Chunks that are about two bits shorter than the logarithm of the rows, a few rows to a bucket.
    static func chunkCount(rows: Int) -> Int {
        var bits = 0.0
        var left = Double(rows)
        while left >= 2 {
            left /= 2
            bits += 1
        }
        bits += left - 1
        return min(max(Int((256 / (bits - 2)).rounded()), chunkCounts.lowerBound), chunkCounts.upperBound)
    }

    /// How far to search each chunk for a radius.
    struct Search: Sendable {
        /// Empty where there are no tables.
        var limits: [Int8] = []
        /// Whether it is expected to cost less than a scan of all rows.
        var pays = false
    }

    func search(radius: Int, rows: Int) -> Search {
        guard !chunks.isEmpty, radius <= Self.largestRadius else { return Search() }
        let needed = radius + 1
        let least = needed / chunks.count - 1
        let raised = needed % chunks.count
        // The chunks in which one step more costs least take it.
        let order = chunks.indices.sorted {
            let costs = (stepCost(chunk: $0, to: least + 1, rows: rows), stepCost(chunk: $1, to: least + 1, rows: rows))
            return costs.0 == costs.1 ? $0 < $1 : costs.0 < costs.1
        }
        var limits = [Int8](repeating: Int8(least), count: chunks.count)
        for index in order.prefix(raised) {
            limits[index] += 1
        }
        var cost = 0.0
        for index in chunks.indices where limits[index] >= 0 {
            for distance in 0...Int(limits[index]) {
                cost += stepCost(chunk: index, to: distance, rows: rows)
            }
        }
        return Search(limits: limits, pays: cost < Double(rows))
    }

    /// The rows that could be scanned in the time that reading one entry takes. Measured where scans are fastest (AVX-512,
    /// 0.7 to 0.9 ns a row); elsewhere tables pay a little earlier than this says.
    static let entryCost = 8
    /// The same for one bucket, whatever is in it.
    static let probeCost = 20

    /// The cost of searching a chunk at exactly one distance, in rows scanned.
    private func stepCost(chunk: Int, to distance: Int, rows: Int) -> Double {
        let width = chunks[chunk].width
        guard distance <= width else { return .infinity }
        var buckets = 1.0
        for taken in 0..<distance {
            buckets = buckets * Double(width - taken) / Double(taken + 1)
        }
        let load = Double(rows) / Double(chunks[chunk].bucketCount)
        // The rows are in the order of the first chunk, which has no entries to read before them.
        return buckets * (Double(Self.probeCost) + load * Double(chunk == 0 ? Self.entryCost / 2 : Self.entryCost))
    }
}
