/// A small reproducible generator (SplitMix64: Steele, Lea and Flood, 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Makes hashes that behave like those of pictures.
///
/// A picture here is 64×64 noise with amplitude falling as one over frequency, plus a gradient and a few rectangles. PDQ
/// reads only the lowest 16×16 frequencies of it (its cosine transform without the first row and column) and sets the
/// bits of those above their median. The transform is linear, so the noise is drawn as frequencies and each shape is
/// added as the product of two transformed profiles: the same hashes as by way of the samples.
struct PictureHashes {
    /// For each frequency the sums over the first samples, up to each, of the transform, and of the transform times position.
    private static let sums: [[Float]] = running { _ in 1 }
    private static let ramps: [[Float]] = running { Float($0) / 32 }
    private static let amplitudes: [Float] = (0..<256).map {
        let (row, column) = ($0 / 16 + 1, $0 % 16 + 1)
        return 40 / Float(row * row + column * column).squareRoot()
    }

    private static func running(_ weight: (Int) -> Float) -> [[Float]] {
        (0..<16).map { row in
            var sums: [Float] = [0]
            for sample in 0..<64 {
                let sine = (2.0 / 64.0).squareRoot() * cosine(.pi / 128 * Float((row + 1) * (2 * sample + 1)))
                sums.append(sums[sample] + sine * weight(sample))
            }
            return sums
        }
    }

    private static func cosine(_ angle: Float) -> Float {
        // Reduced to a quarter turn and summed; accurate to far more than a hash needs.
        var x = angle.truncatingRemainder(dividingBy: 2 * .pi)
        if x > .pi { x = 2 * .pi - x }
        let sign: Float = x > .pi / 2 ? -1 : 1
        if x > .pi / 2 { x = .pi - x }
        let square = x * x
        return sign * (1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56))))
    }

    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func picture() -> [Float] {
        var frequencies = Self.amplitudes
        for index in 0..<256 { frequencies[index] *= noise() }
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            addShape(to: &frequencies, weight: 2 * noise(), ramp: Bool.random(using: &generator))
        }
        return frequencies
    }

    /// The hash of a picture, and of a copy of it with noise of the given strength.
    static func hash(of frequencies: [Float]) -> SIMD4<UInt64> {
        let median = frequencies.sorted()[127]
        var hash = SIMD4<UInt64>()
        for bit in 0..<256 where frequencies[bit] > median {
            hash[3 - bit >> 6] |= 1 << UInt64(bit & 63)
        }
        return hash
    }

    mutating func hash() -> SIMD4<UInt64> { Self.hash(of: picture()) }

    mutating func altered(_ frequencies: [Float], strength: Float) -> [Float] {
        frequencies.map { $0 + strength * noise() }
    }

    /// The hash with exactly `count` bits changed.
    mutating func flipped(_ hash: SIMD4<UInt64>, bits count: Int) -> SIMD4<UInt64> {
        // Few bits are drawn until enough are different; of many the others are drawn.
        guard count <= 128 else { return flipped(~hash, bits: 256 - count) }
        var changed = SIMD4<UInt64>()
        var left = count
        while left > 0 {
            let bit = Int(truncatingIfNeeded: generator.next() & 255)
            let mask: UInt64 = 1 << UInt64(bit & 63)
            if changed[bit >> 6] & mask == 0 {
                changed[bit >> 6] |= mask
                left -= 1
            }
        }
        return hash ^ changed
    }

    mutating func random() -> SIMD4<UInt64> {
        SIMD4(generator.next(), generator.next(), generator.next(), generator.next())
    }

    /// About normal, of variance one.
    private mutating func noise() -> Float {
        let bits = generator.next()
        let sum = bits.nonzeroBitCount
        return (Float(sum) - 32) / 4 + Float(bits & 0xFFFF) / 65536 * 0.25
    }

    private mutating func addShape(to frequencies: inout [Float], weight: Float, ramp: Bool) {
        let rows = profile(ramp: ramp)
        let columns = profile(ramp: false)
        for row in 0..<16 {
            for column in 0..<16 {
                frequencies[16 * row + column] += weight * rows[row] * columns[column]
            }
        }
    }

    private mutating func profile(ramp: Bool) -> [Float] {
        let start = Int.random(in: 0..<56, using: &generator)
        let end = Int.random(in: (start + 8)...64, using: &generator)
        return (ramp ? Self.ramps : Self.sums).map { $0[end] - $0[start] }
    }
}

/// The number of bits in which two hashes differ.
func distance(_ one: SIMD4<UInt64>, _ other: SIMD4<UInt64>) -> Int {
    let different = one ^ other
    return different.x.nonzeroBitCount + different.y.nonzeroBitCount + different.z.nonzeroBitCount
        + different.w.nonzeroBitCount
}
