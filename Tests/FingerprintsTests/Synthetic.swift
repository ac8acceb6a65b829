import Fingerprints

/// Numbers from a seed, the same on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func hash() -> PDQHash { PDQHash(words: SIMD4(next(), next(), next(), next())) }

    /// The hash with so many different bits turned.
    mutating func turned(_ hash: PDQHash, bits: Int) -> PDQHash {
        var words = hash.words
        for bit in Array(0..<256).shuffled(using: &self).prefix(bits) { words[bit >> 6] ^= 1 << UInt64(bit & 63) }
        return PDQHash(words: words)
    }

    /// The word with each bit turned with a probability.
    mutating func noisy(_ word: UInt32, rate: Double) -> UInt32 {
        (0..<32).reduce(word) { Double.random(in: 0..<1, using: &self) < rate ? $0 ^ 1 << UInt32($1) : $0 }
    }
}

/// Videos and sounds that were never filmed or recorded.
struct Synthetic {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Shots of some seconds whose frames drift by a few bits, sampled once a second.
    mutating func film(seconds: Int, shot: ClosedRange<Int> = 2...8) -> [PDQHash] {
        var frames: [PDQHash] = []
        while frames.count < seconds {
            var frame = random.hash()
            for _ in 0..<Int.random(in: shot, using: &random) {
                frames.append(frame)
                frame = random.turned(frame, bits: 12)
            }
        }
        return Array(frames.prefix(seconds))
    }

    /// The frames after another encoding: up to `bits` bits off.
    mutating func encoded(_ frames: some Sequence<PDQHash>, bits: Int = 12) -> [PDQHash] {
        frames.map { random.turned($0, bits: Int.random(in: 0...bits, using: &random)) }
    }

    mutating func words(_ count: Int) -> [UInt32] {
        var words: [UInt32] = []
        while words.count < count {
            let word = UInt32(truncatingIfNeeded: random.next())
            for _ in 0..<Int.random(in: 1...3, using: &random) { words.append(random.noisy(word, rate: 0.05)) }
        }
        return Array(words.prefix(count))
    }

    mutating func noisy(_ words: some Sequence<UInt32>, rate: Double) -> [UInt32] {
        words.map { random.noisy($0, rate: rate) }
    }
}

extension VideoFingerprint {
    /// Frames `interval` seconds apart, the first at `start`.
    init(_ hashes: some Sequence<PDQHash>, interval: Double = 1, start: Double = 0, quality: Int = 90) {
        let frames = hashes.enumerated().map { position, hash in
            VideoFrame(
                number: position, time: MediaTime(seconds: start + Double(position) * interval), hash: hash,
                quality: quality)
        }
        self.init(frames: frames, duration: MediaTime(seconds: Double(frames.count) * interval))
    }
}

extension AudioFingerprint {
    init(_ words: [UInt32]) {
        self.init(words: words, duration: MediaTime(seconds: Double(words.count) * Self.wordInterval))
    }
}
