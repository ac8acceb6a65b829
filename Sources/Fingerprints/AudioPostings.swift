/// Where the words of some sounds are, by the upper 20 bits of the word. Never changes.
///
/// A posting is one number: key (20 bits), the sound's ordinal (26), the word's position (18); so postings in order are
/// in order of key.
struct AudioPostings: Sendable {
    static let keyBits: UInt64 = 20
    static let maximumSounds = 1 << 26
    static let maximumPosition = 1 << 18

    private let postings: [UInt64]
    /// Where the postings start whose key begins with each number of `directoryBits` bits, and at last where they end.
    private let directory: [UInt32]
    private let directoryShift: UInt64

    var count: Int { postings.count }
    var memoryBytes: Int { postings.count * 8 + directory.count * 4 }

    /// Files sounds under consecutive ordinals.
    init(_ sounds: some Sequence<AudioFingerprint>, firstOrdinal: Int) {
        var postings: [UInt64] = []
        var ordinal = UInt64(firstOrdinal)
        for sound in sounds {
            let words = AudioWords(sound, limit: Self.maximumPosition)
            for position in words.voters(key: Self.key) {
                postings.append(UInt64(Self.key(words.words[position])) << 44 | ordinal << 18 | UInt64(position))
            }
            ordinal += 1
        }
        postings.radixSort()
        self.init(sorted: postings)
    }

    /// Merges two, and leaves out the sounds that are not live; `nil` means that all are.
    init(_ left: AudioPostings?, _ right: AudioPostings, isLive: [Bool]?) {
        let (left, right) = (left?.postings ?? [], right.postings)
        var merged: [UInt64] = []
        merged.reserveCapacity(left.count + right.count)
        func keep(_ posting: UInt64) {
            guard let isLive else { return merged.append(posting) }
            if isLive[Int(posting >> 18 & 0x3FF_FFFF)] { merged.append(posting) }
        }
        var (first, second) = (0, 0)
        while first < left.count || second < right.count {
            if second == right.count || first < left.count && left[first] <= right[second] {
                keep(left[first])
                first += 1
            } else {
                keep(right[second])
                second += 1
            }
        }
        self.init(sorted: merged)
    }

    private init(sorted postings: [UInt64]) {
        var bits: UInt64 = 0
        while bits < Self.keyBits, postings.count >> Int(bits + 2) > 0 { bits += 1 }
        let shift = 64 - bits
        var directory = [UInt32](repeating: 0, count: (1 << Int(bits)) + 1)
        for posting in postings { directory[Int(posting >> shift) + 1] += 1 }
        for index in 1..<directory.count { directory[index] += directory[index - 1] }
        self.postings = postings
        self.directory = directory
        directoryShift = shift
    }

    static func key(_ word: UInt32) -> UInt32 { word >> 12 }

    /// Visits the ordinal and the position of every word with a key, unless there are more than `limit` of them.
    @inline(__always)
    func visit(key: UInt32, limit: Int, _ body: (_ ordinal: Int, _ position: Int) -> Void) {
        let prefix = Int((UInt64(key) << 44) >> directoryShift)
        let (start, end) = (Int(directory[prefix]), Int(directory[prefix + 1]))
        guard start < end else { return }
        let first = lowerBound(UInt64(key), start, end)
        var last = first
        while last < end, postings[last] >> 44 == UInt64(key) {
            last += 1
            guard last - first <= limit else { return }
        }
        for index in first..<last {
            body(Int(postings[index] >> 18 & 0x3FF_FFFF), Int(postings[index] & 0x3FFFF))
        }
    }

    /// The first posting from `start` to `end` whose key is not below `key`; `end` where there is none.
    private func lowerBound(_ key: UInt64, _ start: Int, _ end: Int) -> Int {
        var (low, high) = (start, end)
        while high - low > 8 {
            let middle = (low + high) / 2
            if postings[middle] >> 44 < key { low = middle + 1 } else { high = middle }
        }
        while low < high, postings[low] >> 44 < key { low += 1 }
        return low
    }
}
