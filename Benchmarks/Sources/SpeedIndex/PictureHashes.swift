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
/// A picture is 64×64 noise with amplitude falling as one over frequency, plus a few bars, rectangles and ramps. PDQ reads
/// only the lowest 16×16 frequencies of its cosine transform (without the first row and column) and sets the bits of
/// those above their median. The transform is linear, so the noise is drawn as frequencies and each shape is added as
/// the product of two transformed profiles: the same hashes as by way of the samples, a hundred times faster.
struct PictureSource {
    /// The 16×16 frequencies, a row each.
    typealias Picture = [SIMD16<Float>]

    var generator: SeededGenerator
    private let amplitudes: Picture
    /// For each column of the transform its running sum, and that of the samples times their position.
    private let sums: Picture
    private let ramps: Picture

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        amplitudes = (1...16).map { row in
            var line = SIMD16<Float>()
            for column in 1...16 {
                line[column - 1] = 40 / Float(row * row + column * column).squareRoot()
            }
            return line
        }
        var (sums, ramps) = ([SIMD16<Float>()], [SIMD16<Float>()])
        for sample in 0..<64 {
            var line = SIMD16<Float>()
            for row in 0..<16 {
                line[row] = Float(Self.cosine(.pi / 128 * Double((row + 1) * (2 * sample + 1)))) * 0.1768
            }
            sums.append(sums[sample] + line)
            ramps.append(ramps[sample] + line * Float(sample) / 32)
        }
        self.sums = sums
        self.ramps = ramps
    }

    private static func cosine(_ angle: Double) -> Double {
        var x = angle.truncatingRemainder(dividingBy: 2 * .pi)
        if x > .pi { x = 2 * .pi - x }
        let sign: Double = x > .pi / 2 ? -1 : 1
        if x > .pi / 2 { x = .pi - x }
        let s = x * x
        return sign * (1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90)))))
    }

    mutating func random() -> SIMD4<UInt64> {
        SIMD4(generator.next(), generator.next(), generator.next(), generator.next())
    }

    mutating func picture() -> Picture {
        var picture = amplitudes
        for row in 0..<16 { picture[row] *= noise() }
        for _ in 0..<Int(generator.next() % 4) {
            let weight = 2 * noise()[0]
            let rows = profile(of: generator.next() & 1 == 0 ? sums : ramps)
            let columns = profile(of: sums) * weight
            for row in 0..<16 { picture[row] += columns * rows[row] }
        }
        return picture
    }

    /// The picture with even noise added, as by compression, blur or a watermark.
    mutating func altered(_ picture: Picture, strength: Float) -> Picture {
        picture.map { $0 + noise() * strength }
    }

    static func hash(of picture: Picture) -> SIMD4<UInt64> {
        var (low, high) = (Float(-4000), Float(4000))
        var threshold: Float = 0
        for _ in 0..<40 {
            var above = SIMD16<Int32>()
            for row in picture {
                above.replace(with: above &+ 1, where: row .> threshold)
            }
            let count = above.wrappedSum()
            if count == 128 { break }
            if count > 128 { low = threshold } else { high = threshold }
            threshold = (low + high) / 2
        }
        var hash = SIMD4<UInt64>()
        for row in 0..<16 {
            let above = picture[row] .> threshold
            for column in 0..<16 where above[column] {
                let bit = 16 * row + column
                hash[3 - bit >> 6] |= 1 << UInt64(bit & 63)
            }
        }
        return hash
    }

    mutating func flipped(_ hash: SIMD4<UInt64>, bits count: Int) -> SIMD4<UInt64> {
        var hash = hash
        var left = count
        var seen = SIMD4<UInt64>()
        while left > 0 {
            let bit = Int(generator.next() & 255)
            let mask: UInt64 = 1 << UInt64(bit & 63)
            if seen[bit >> 6] & mask == 0 {
                seen[bit >> 6] |= mask
                hash[bit >> 6] ^= mask
                left -= 1
            }
        }
        return hash
    }

    /// Sixteen values of variance about one (the sum of two even ones).
    private mutating func noise() -> SIMD16<Float> {
        var values = SIMD16<Float>()
        for pair in 0..<8 {
            let bits = generator.next()
            let first = Float(bits & 0xFFFF) + Float(bits >> 16 & 0xFFFF)
            let second = Float(bits >> 32 & 0xFFFF) + Float(bits >> 48)
            values[2 * pair] = first
            values[2 * pair + 1] = second
        }
        return (values - 65535) / 26754
    }

    private mutating func profile(of table: Picture) -> SIMD16<Float> {
        let start = Int(generator.next() % 56)
        let end = start + 8 + Int(generator.next() % UInt64(64 - start - 7))
        return table[end] - table[start]
    }
}
