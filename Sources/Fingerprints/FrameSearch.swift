// SAFETY: every pointer is allocated with the count named beside it and freed in `deinit`; positions in `heads` and
// `next` come from `0..<count`, and words and values are below 16 and 65,536.

/// Finds the frames of one video within a distance of a hash, exactly.
///
/// Two hashes at most 31 bits apart agree, in one of their sixteen 16-bit words, but for one bit at most; a smaller
/// radius lets some words agree fully (31 is 15 words with no error and 16 with one). So with a table of frames by each
/// of the words only the frames found under 272 keys need be compared. A greater radius, few frames, and frames that
/// are all alike are compared one by one.
///
/// Source of the bound: Norouzi, Punjani and Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing",
/// 2014.
struct FrameSearch: ~Copyable {
    /// What the last search found: positions in the frames that were given, in no particular order, and their
    /// distances.
    private(set) var found: [(frame: Int, distance: Int)] = []
    /// Over all searches.
    private(set) var distancesComputed = 0

    private static let wordCount = 16
    private static let maximumTableRadius = 31
    /// Fewer distances than this are computed sooner than tables are made.
    private static let tableThreshold = 300_000

    private let radius: Int
    /// How many frames vote, and for each its hash and its position among all frames.
    private let count: Int
    private let hashes: UnsafeMutablePointer<PDQHash>
    private let frames: UnsafeMutablePointer<Int>
    private let hasTables: Bool
    /// For each word and each of its values, one bit: whether any voter has it.
    private let isTaken: UnsafeMutablePointer<UInt64>
    /// For each word, how many of its values below each multiple of 64 are taken.
    private let ranks: UnsafeMutablePointer<Int32>
    /// For each word and taken value, in order, the first voter with it, plus 1; for each voter and word the next one;
    /// 0 at the end.
    private let heads: UnsafeMutablePointer<Int32>
    private let next: UnsafeMutablePointer<Int32>
    /// The number of the search that last saw a voter.
    private let seen: UnsafeMutablePointer<Int32>
    private var search: Int32 = 0

    /// Prepares to search the frames that `voters` names. `queries` is how many searches are to come, about.
    init(_ all: [VideoFrame], voters: [Int], radius: Int, queries: Int) {
        self.radius = radius
        count = voters.count
        hashes = .allocate(capacity: count)
        frames = .allocate(capacity: count)
        for (position, voter) in voters.enumerated() {
            (hashes + position).initialize(to: all[voter].hash)
            (frames + position).initialize(to: voter)
        }
        let distances = count.multipliedReportingOverflow(by: queries).partialValue
        hasTables =
            radius <= Self.maximumTableRadius && count < Int(Int32.max) / Self.wordCount
            && distances >= Self.tableThreshold
        let tables = hasTables ? Self.wordCount : 0
        isTaken = .allocate(capacity: tables * 1024)
        ranks = .allocate(capacity: tables * 1024)
        heads = .allocate(capacity: tables * count)
        next = .allocate(capacity: tables * count)
        seen = .allocate(capacity: count)
        isTaken.initialize(repeating: 0, count: tables * 1024)
        ranks.initialize(repeating: 0, count: tables * 1024)
        heads.initialize(repeating: 0, count: tables * count)
        next.initialize(repeating: 0, count: tables * count)
        seen.initialize(repeating: 0, count: count)
        for position in 0..<count {
            for word in 0..<tables {
                let value = Self.word(word, of: hashes[position])
                isTaken[word << 10 + value >> 6] |= 1 << UInt64(value & 63)
            }
        }
        for word in 0..<tables {
            var rank = 0
            for index in word << 10..<(word + 1) << 10 {
                ranks[index] = Int32(rank)
                rank += isTaken[index].nonzeroBitCount
            }
        }
        for position in 0..<count {
            for word in 0..<tables {
                let head = head(word, Self.word(word, of: hashes[position]))
                next[position << 4 + word] = heads[head]
                heads[head] = Int32(position + 1)
            }
        }
    }

    deinit {
        hashes.deallocate()
        frames.deallocate()
        isTaken.deallocate()
        ranks.deallocate()
        heads.deallocate()
        next.deallocate()
        seen.deallocate()
    }

    /// Replaces `found` by all frames within the radius of `hash`.
    mutating func find(_ hash: PDQHash) {
        found.removeAll(keepingCapacity: true)
        guard hasTables, search < .max else { return scan(hash) }
        search += 1
        var budget = max(64, count / 2)
        for word in 0..<Self.wordCount {
            let value = Self.word(word, of: hash)
            let taken = isTaken + (word << 10)
            if word < radius - 15 {
                // The six lowest bits, turned or not, stay within one number of 64 bits.
                var near = taken[value >> 6] & Self.neighbours(of: value & 63)
                while near != 0 {
                    visit(word, value & ~63 | near.trailingZeroBitCount, hash, &budget)
                    near &= near &- 1
                }
                for bit in 6..<16 {
                    let other = value ^ (1 << bit)
                    if taken[other >> 6] >> UInt64(other & 63) & 1 == 1 { visit(word, other, hash, &budget) }
                }
            } else if taken[value >> 6] >> UInt64(value & 63) & 1 == 1 {
                visit(word, value, hash, &budget)
            }
            // Where so many share a word, a scan is cheaper than the rest of the tables.
            guard budget > 0 else { return scan(hash) }
        }
    }

    @inline(__always)
    private mutating func visit(_ word: Int, _ value: Int, _ hash: PDQHash, _ budget: inout Int) {
        var position = Int(heads[head(word, value)]) - 1
        while position >= 0 {
            budget -= 1
            if seen[position] != search {
                seen[position] = search
                distancesComputed += 1
                compare(hash, position)
            }
            position = Int(next[position << 4 + word]) - 1
        }
    }

    /// Where in `heads` a taken value of a word has its place.
    @inline(__always)
    private func head(_ word: Int, _ value: Int) -> Int {
        let index = word << 10 + value >> 6
        let below = isTaken[index] & (1 << UInt64(value & 63) - 1)
        return word * count + Int(ranks[index]) + below.nonzeroBitCount
    }

    private mutating func scan(_ hash: PDQHash) {
        found.removeAll(keepingCapacity: true)
        distancesComputed += count
        for position in 0..<count { compare(hash, position) }
    }

    @inline(__always)
    private mutating func compare(_ hash: PDQHash, _ position: Int) {
        let difference = hash.words ^ hashes[position].words
        let half = difference[0].nonzeroBitCount + difference[1].nonzeroBitCount
        guard half <= radius else { return }
        let distance = half + difference[2].nonzeroBitCount + difference[3].nonzeroBitCount
        if distance <= radius { found.append((frames[position], distance)) }
    }

    @inline(__always)
    private static func word(_ word: Int, of hash: PDQHash) -> Int {
        Int(truncatingIfNeeded: hash.words[word >> 2] >> UInt64((word & 3) << 4) & 0xFFFF)
    }

    /// The numbers below 64 that differ from one in a single bit at most, as bits.
    @inline(__always)
    private static func neighbours(of value: Int) -> UInt64 {
        var bits: UInt64 = 1 << UInt64(value)
        for bit in 0..<6 { bits |= 1 << UInt64(value ^ (1 << bit)) }
        return bits
    }
}
