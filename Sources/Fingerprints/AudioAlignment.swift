/// Finds the stretches in which two sequences of words run in parallel.
///
/// Each half of a word that agrees, bit for bit, votes for an offset. At the offsets with the most votes a stretch
/// grows as long as its words are nearer than unrelated ones; if it is then not within the bit-error rate, the best
/// part of it that is.
struct AudioAlignment {
    private(set) var ranges: [AlignedRange] = []
    /// Over the evidence of all ranges; 1 where there is none.
    private(set) var bitErrorRate = 1.0

    static let maximumWords = 1 << 20
    /// The offsets that are looked at bit by bit.
    private static let maximumOffsets = 24
    /// A key is skipped where the banked sound has it more often.
    private static let maximumRepeats = 64
    /// Bits at which a word is as likely related as unrelated, and the score lost before a stretch ends: 5 s of
    /// unrelated words.
    private static let evenBits = 10.5
    private static let dropLimit = 220.0

    private struct Stretch {
        var offset: Int
        /// Positions in the query.
        var positions: Range<Int>
        var evidence: Int
        var errorBits: Int
    }

    init(query: AudioFingerprint, banked: AudioFingerprint, thresholds: AudioThresholds) {
        let query = AudioWords(query, limit: Self.maximumWords)
        let banked = AudioWords(banked, limit: Self.maximumWords)
        let least = max(1, Int(min(3, thresholds.minimumSeconds) / AudioFingerprint.wordInterval))
        var found: [Stretch] = []
        for offset in Self.offsets(query, banked) {
            found += Self.stretches(query, banked, offset: offset, thresholds: thresholds)
                .filter { $0.evidence >= least }
        }
        found.sort { ($0.evidence, -$0.errorBits, -$0.offset) > ($1.evidence, -$1.errorBits, -$1.offset) }
        var kept: [Stretch] = []
        for stretch in found where kept.allSatisfy({ !Self.overlap($0, stretch) }) { kept.append(stretch) }
        let evidence = kept.reduce(0) { $0 + $1.evidence }
        guard evidence > 0 else { return }
        bitErrorRate = Double(kept.reduce(0) { $0 + $1.errorBits }) / Double(32 * evidence)
        ranges = kept.map(Self.range).sorted { $0.query.lowerBound < $1.query.lowerBound }
    }

    /// Whether two stretches claim the same words of either side, but for a second at the seams.
    private static func overlap(_ left: Stretch, _ right: Stretch) -> Bool {
        func shared(_ a: Range<Int>, _ b: Range<Int>) -> Int { a.clamped(to: b).count }
        func banked(_ stretch: Stretch) -> Range<Int> {
            stretch.positions.lowerBound + stretch.offset..<stretch.positions.upperBound + stretch.offset
        }
        return shared(left.positions, right.positions) > 8 || shared(banked(left), banked(right)) > 8
    }

    private static func range(_ stretch: Stretch) -> AlignedRange {
        func time(_ word: Int) -> MediaTime { MediaTime(seconds: Double(word) * AudioFingerprint.wordInterval) }
        let (start, end) = (stretch.positions.lowerBound, stretch.positions.upperBound)
        return AlignedRange(
            query: time(start)...time(end), banked: time(start + stretch.offset)...time(end + stretch.offset), speed: 1,
            matchedSeconds: Double(stretch.evidence) * AudioFingerprint.wordInterval,
            matchedFrames: stretch.evidence, meanDistance: Double(stretch.errorBits) / Double(max(1, stretch.evidence)))
    }

    /// The offsets, in words, with the most votes; of neighbours only the best.
    private static func offsets(_ query: AudioWords, _ banked: AudioWords) -> [Int] {
        guard !query.words.isEmpty, !banked.words.isEmpty else { return [] }
        var votes = [Int32](repeating: 0, count: query.words.count + banked.words.count)
        for shift in [UInt32(0), 16] {
            let key = { (word: UInt32) in word >> shift & 0xFFFF }
            let table = PositionTable(banked, positions: banked.voters(key: key), key: key)
            for position in query.voters(key: key) {
                let others = table.positions(of: key(query.words[position]))
                guard others.count <= maximumRepeats else { continue }
                for other in others { votes[Int(other) - position + query.words.count] += 1 }
            }
        }
        var best: [(votes: Int32, index: Int)] = []
        for index in votes.indices where votes[index] > 0 {
            let before = index > 0 ? votes[index - 1] : 0
            let after = index + 1 < votes.count ? votes[index + 1] : 0
            // One bin in three stands for all: the greatest, or the first of equals.
            guard votes[index] > before, votes[index] >= after else { continue }
            let sum = votes[index] * 2 + before + after
            guard best.count < maximumOffsets || sum > best[best.count - 1].votes else { continue }
            best.insert((sum, index), at: best.firstIndex { $0.votes < sum } ?? best.count)
            if best.count > maximumOffsets { best.removeLast() }
        }
        return best.map { $0.index - query.words.count }
    }

    /// The stretches at one offset that are within the bit-error rate.
    private static func stretches(
        _ query: AudioWords, _ banked: AudioWords, offset: Int, thresholds: AudioThresholds
    ) -> [Stretch] {
        let (start, end) = (max(0, -offset), min(query.words.count, banked.words.count - offset))
        guard start < end else { return [] }
        var stretches: [Stretch] = []
        var from = start
        while from < end {
            let (grown, next) = grow(query, banked, offset, from..<end, evenBits: evenBits, dropLimit: dropLimit)
            if var stretch = grown {
                let allowed = 32 * thresholds.maximumBitErrorRate
                if Double(stretch.errorBits) > allowed * Double(stretch.evidence) {
                    // The best part scores above zero against the allowed rate, so it is within it.
                    let part = grow(
                        query, banked, offset, stretch.positions, evenBits: allowed, dropLimit: .infinity
                    ).stretch
                    stretch = part ?? Stretch(offset: offset, positions: from..<from, evidence: 0, errorBits: 0)
                }
                if stretch.evidence > 0 { stretches.append(stretch) }
            }
            from = next
        }
        return stretches
    }

    /// The part of `bounds` with the greatest score, up to where the score has dropped by the limit from its best, and
    /// where to go on looking.
    private static func grow(
        _ query: AudioWords, _ banked: AudioWords, _ offset: Int, _ bounds: Range<Int>, evenBits: Double,
        dropLimit: Double
    ) -> (stretch: Stretch?, next: Int) {
        var (score, best) = (0.0, 0.0)
        var current = Stretch(
            offset: offset, positions: bounds.lowerBound..<bounds.lowerBound, evidence: 0, errorBits: 0)
        var found: Stretch?
        for position in bounds {
            guard query.isEvidence[position], banked.isEvidence[position + offset] else { continue }
            let bits = (query.words[position] ^ banked.words[position + offset]).nonzeroBitCount
            if score <= 0 {
                score = 0
                current.positions = position..<position
                (current.evidence, current.errorBits) = (0, 0)
            }
            score += evenBits - Double(bits)
            current.evidence += 1
            current.errorBits += bits
            if score > best {
                best = score
                current.positions = current.positions.lowerBound..<position + 1
                found = current
            } else if let found, best - score > dropLimit || score <= 0 && dropLimit.isFinite {
                return (found, found.positions.upperBound)
            }
        }
        return (found, found?.positions.upperBound ?? bounds.upperBound)
    }
}

/// The positions of words by a 16-bit key.
private struct PositionTable {
    private var starts = [Int32](repeating: 0, count: 65537)
    private var ordered: [Int32]

    init(_ words: AudioWords, positions: [Int], key: (UInt32) -> UInt32) {
        ordered = Array(repeating: 0, count: positions.count)
        for position in positions { starts[Int(key(words.words[position])) + 1] += 1 }
        for value in 0..<65536 { starts[value + 1] += starts[value] }
        var free = starts
        for position in positions {
            let value = Int(key(words.words[position]))
            ordered[Int(free[value])] = Int32(position)
            free[value] += 1
        }
    }

    func positions(of key: UInt32) -> ArraySlice<Int32> { ordered[Int(starts[Int(key)])..<Int(starts[Int(key) + 1])] }
}
