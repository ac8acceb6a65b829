/// Finds the frames of one video within a distance of a hash, exactly.
///
/// Two hashes at most 31 bits apart agree, in one of their sixteen 16-bit words, but for one bit at most; a smaller
/// radius lets some words agree fully (31 is 15 words with no error and 16 with one). So with a table of frames by each of the words only
/// the frames found under 272 keys need be compared. A greater radius, few frames, and frames that are all alike are
/// compared one by one.
///
/// Source of the bound: Norouzi, Punjani and Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014.
struct FrameSearch {
    /// What one search found, kept to save allocations.
    struct Scratch {
        var found: [(frame: Int, distance: Int)] = []
        /// Over all searches with this scratch.
        var distancesComputed = 0
        /// Which search last saw a frame.
        fileprivate var seen: [Int32]
        fileprivate var search: Int32 = 0

        init(frames: Int) { seen = Array(repeating: 0, count: frames) }
    }

    private static let wordCount = 16
    private static let maximumTableRadius = 31
    /// Fewer distances than this are computed sooner than tables are made.
    private static let tableThreshold = 300_000

    private let hashes: [PDQHash]
    private let voters: [Int]
    private let radius: Int
    /// For each word and each of its values, one bit: whether any frame has it. Empty where there are no tables.
    private var isTaken: [UInt64] = []
    /// For each word and value, the first of `voters` with it, plus 1; then the next of them.
    private var heads: [Int32] = []
    private var next: [Int32] = []

    /// Prepares to search those of `hashes` that `voters` names. `queries` is how many searches are to come, about.
    init(_ hashes: [PDQHash], voters: [Int], radius: Int, queries: Int) {
        self.hashes = hashes
        self.voters = voters
        self.radius = radius
        guard radius <= Self.maximumTableRadius, voters.count < Int(Int32.max),
            voters.count.multipliedReportingOverflow(by: queries).partialValue >= Self.tableThreshold
        else { return }
        isTaken = Array(repeating: 0, count: Self.wordCount * 1024)
        heads = Array(repeating: 0, count: Self.wordCount * 65536)
        next = Array(repeating: 0, count: Self.wordCount * voters.count)
        for (position, voter) in voters.enumerated() {
            for word in 0..<Self.wordCount {
                let value = Self.word(word, of: hashes[voter])
                isTaken[word * 1024 + value >> 6] |= 1 << UInt64(value & 63)
                next[position * Self.wordCount + word] = heads[word * 65536 + value]
                heads[word * 65536 + value] = Int32(position + 1)
            }
        }
    }

    /// Replaces `scratch.found` by all frames within the radius of `hash`, in no particular order.
    func find(_ hash: PDQHash, _ scratch: inout Scratch) {
        scratch.found.removeAll(keepingCapacity: true)
        guard !isTaken.isEmpty else { return scan(hash, &scratch) }
        scratch.search += 1
        var budget = max(64, voters.count / 2)
        for word in 0..<Self.wordCount {
            let value = Self.word(word, of: hash)
            visit(word, value, hash, &scratch, &budget)
            if word < radius - 15 {
                for bit in 0..<16 { visit(word, value ^ (1 << bit), hash, &scratch, &budget) }
            }
            // Where so many share a word, a scan is cheaper than the rest of the tables.
            guard budget > 0 else { return scan(hash, &scratch) }
        }
    }

    @inline(__always)
    private func visit(_ word: Int, _ value: Int, _ hash: PDQHash, _ scratch: inout Scratch, _ budget: inout Int) {
        guard isTaken[word &* 1024 &+ value >> 6] >> UInt64(value & 63) & 1 == 1 else { return }
        var position = Int(heads[word &* 65536 &+ value])
        while position > 0, budget > 0 {
            let frame = voters[position - 1]
            position = Int(next[(position - 1) * Self.wordCount + word])
            budget -= 1
            guard scratch.seen[frame] != scratch.search else { continue }
            scratch.seen[frame] = scratch.search
            scratch.distancesComputed += 1
            let distance = hash.distance(to: hashes[frame])
            if distance <= radius { scratch.found.append((frame, distance)) }
        }
    }

    private func scan(_ hash: PDQHash, _ scratch: inout Scratch) {
        scratch.found.removeAll(keepingCapacity: true)
        scratch.distancesComputed += voters.count
        for frame in voters {
            let difference = hash.words ^ hashes[frame].words
            let half = difference[0].nonzeroBitCount + difference[1].nonzeroBitCount
            guard half <= radius else { continue }
            let distance = half + difference[2].nonzeroBitCount + difference[3].nonzeroBitCount
            if distance <= radius { scratch.found.append((frame, distance)) }
        }
    }

    @inline(__always)
    private static func word(_ word: Int, of hash: PDQHash) -> Int {
        Int(truncatingIfNeeded: hash.words[word >> 2] >> UInt64((word & 3) << 4) & 0xFFFF)
    }
}
