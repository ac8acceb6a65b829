/// The votes of a query's words for sounds and offsets.
struct AudioVotes {
    struct Ranked {
        var ordinal: Int
        /// In words: positions in the banked sound less those in the query.
        var offset: Int
        var votes: Int
    }

    /// Keys of more postings than this are skipped, and those of more than this multiple of what chance would give.
    private static let minimumLimit = 1000
    private static let maximumMultiple = 4096
    /// Offsets are stored with this added.
    private static let bias = AudioPostings.maximumPosition

    private let keys: [(key: UInt32, position: Int)]
    /// Ordinal, biased offset, and the vote less 1 in the lowest bit.
    private var votes: [UInt64] = []

    init(query: AudioFingerprint) {
        let words = AudioWords(query, limit: AudioPostings.maximumPosition)
        keys = words.voters(key: AudioPostings.key).map { (AudioPostings.key(words.words[$0]), $0) }
    }

    /// Adds the votes for the sounds of one segment.
    mutating func add(_ segment: AudioPostings) {
        let limit = max(Self.minimumLimit, segment.count >> Int(AudioPostings.keyBits) * Self.maximumMultiple)
        for (key, position) in keys {
            segment.visit(key: key, limit: limit) { ordinal, other in
                votes.append(Self.vote(ordinal, other - position, isExact: true))
            }
            for bit in 0..<UInt32(AudioPostings.keyBits) {
                segment.visit(key: key ^ 1 << bit, limit: limit) { ordinal, other in
                    votes.append(Self.vote(ordinal, other - position, isExact: false))
                }
            }
        }
    }

    private static func vote(_ ordinal: Int, _ offset: Int, isExact: Bool) -> UInt64 {
        UInt64(ordinal) << 24 | UInt64(offset + bias) << 1 | (isExact ? 1 : 0)
    }

    /// Each sound with 2 votes or more once, with its best offset and the votes there and next to it; best first.
    mutating func ranked() -> [Ranked] {
        votes.sort()
        var ranked: [Ranked] = []
        // The votes of the last offset of the same sound, where it is the neighbour of the one at hand.
        var previous = (line: UInt64.max, sum: 0)
        var index = 0
        while index < votes.count {
            let line = votes[index] >> 1
            var sum = 0
            while index < votes.count, votes[index] >> 1 == line {
                sum += 1 + Int(votes[index] & 1)
                index += 1
            }
            let together = sum + (previous.line &+ 1 == line ? previous.sum : 0)
            // Of two neighbours the offset of the greater is answered.
            let offset = Int(together > 2 * sum ? previous.line & 0x7FFFFF : line & 0x7FFFFF) - Self.bias
            previous = (line, sum)
            guard together >= 2 else { continue }
            let ordinal = Int(line >> 23)
            if let last = ranked.last, last.ordinal == ordinal {
                if together > last.votes {
                    ranked[ranked.count - 1] = Ranked(ordinal: ordinal, offset: offset, votes: together)
                }
            } else {
                ranked.append(Ranked(ordinal: ordinal, offset: offset, votes: together))
            }
        }
        return ranked.sorted { ($0.votes, $1.ordinal) > ($1.votes, $0.ordinal) }
    }
}
