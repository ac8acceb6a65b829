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

    /// As many votes as one lookup is expected to gather by chance, at most; keeps a lookup within some tens of
    /// milliseconds.
    private static let budget = 400_000

    private struct Probe {
        var key: UInt32
        var position: Int32
        var isExact: Bool
    }

    /// In order of key, so that memory is visited in order.
    private let probes: [Probe]
    /// Ordinal, biased offset, and the vote less 1 in the lowest bit.
    private var votes: [UInt64] = []

    /// Prepares to ask segments of `postings` words in all.
    ///
    /// Where a lookup of every key with every bit turned would find too much by chance, fewer bits are turned; then
    /// keys are left out.
    init(query: AudioFingerprint, postings: Int) {
        let words = AudioWords(query, limit: AudioPostings.maximumPosition)
        var positions = words.voters(key: AudioPostings.key)
        let chance = max(1, Double(postings) / Double(1 << AudioPostings.keyBits))
        let affordable = Double(Self.budget) / chance
        if Double(positions.count) > affordable {
            let step = Double(positions.count) / affordable
            positions = (0..<Int(affordable)).map { positions[Int(Double($0) * step)] }
        }
        let bits = min(Double(AudioPostings.keyBits), affordable / Double(max(1, positions.count)) - 1)
        var probes: [Probe] = []
        for position in positions {
            let key = AudioPostings.key(words.words[position])
            probes.append(Probe(key: key, position: Int32(position), isExact: true))
            for bit in 0..<UInt32(max(0, bits)) {
                probes.append(Probe(key: key ^ 1 << bit, position: Int32(position), isExact: false))
            }
        }
        probes.sort { ($0.key, $0.position) < ($1.key, $1.position) }
        self.probes = probes
    }

    /// Adds the votes for the sounds of one segment.
    mutating func add(_ segment: AudioPostings) {
        let limit = max(Self.minimumLimit, segment.count >> Int(AudioPostings.keyBits) * Self.maximumMultiple)
        for probe in probes {
            segment.visit(key: probe.key, limit: limit) { ordinal, other in
                votes.append(Self.vote(ordinal, other - Int(probe.position), isExact: probe.isExact))
            }
        }
    }

    private static func vote(_ ordinal: Int, _ offset: Int, isExact: Bool) -> UInt64 {
        UInt64(ordinal) << 24 | UInt64(offset + bias) << 1 | (isExact ? 1 : 0)
    }

    /// Each sound with 2 votes or more once, with its best offset and the votes there and next to it; best first.
    mutating func ranked() -> [Ranked] {
        votes.radixSort()
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
