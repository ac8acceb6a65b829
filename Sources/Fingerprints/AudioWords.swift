/// Which words of a sound say anything about it.
///
/// Silence and held notes give the same word, or nearly, for seconds on end; a loop gives the same words again and
/// again. Such words agree between sounds that have nothing else in common: neither kind votes, and the first does not
/// count as evidence either.
struct AudioWords {
    let words: [UInt32]
    /// For each word, whether it is evidence: not part of a stretch that hardly changes.
    let isEvidence: [Bool]

    /// Words up to this many bits from the one before continue a stretch that hardly changes.
    private static let stillness = 1
    /// Such a stretch of this many words, 2 s, is no evidence.
    private static let stretch = 16

    init(_ fingerprint: AudioFingerprint, limit: Int) {
        words = fingerprint.words.count > limit ? Array(fingerprint.words.prefix(limit)) : fingerprint.words
        var isEvidence = [Bool](repeating: true, count: words.count)
        var start = 0
        for index in 0..<words.count {
            let isLast = index + 1 == words.count
            guard isLast || (words[index] ^ words[index + 1]).nonzeroBitCount > Self.stillness else { continue }
            if index + 1 - start >= Self.stretch {
                for position in start...index { isEvidence[position] = false }
            }
            start = index + 1
        }
        self.isEvidence = isEvidence
    }

    /// The positions of the words that vote under a key: evidence, not the same key as the word before, and not a key
    /// that fills the sound.
    func voters(key: (UInt32) -> UInt32) -> [Int] {
        let keys = words.map(key)
        var sorted = keys.enumerated().map { UInt64($0.element) << 32 | UInt64($0.offset) }
        sorted.radixSort()
        let limit = max(4, words.count / 128)
        var isCommon = [Bool](repeating: false, count: words.count)
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end] >> 32 == sorted[start] >> 32 { end += 1 }
            if end - start > limit {
                for entry in sorted[start..<end] { isCommon[Int(entry & 0xFFFF_FFFF)] = true }
            }
            start = end
        }
        return words.indices.filter { index in
            isEvidence[index] && !isCommon[index] && (index == 0 || keys[index - 1] != keys[index])
        }
    }
}
