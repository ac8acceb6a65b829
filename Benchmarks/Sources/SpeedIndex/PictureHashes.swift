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

/// Makes hashes that behave like those of pictures: draws 64×64 samples and hashes them as PDQ does.
///
/// Of a hundred pictures 35 are heaps of overlapping things ("dead leaves", which have the statistics of photographs),
/// 15 the same with black bars, 15 printed pages, 10 screens of large flat panels, 10 symmetric, 10 soft gradients and 5
/// a few shapes on flat ground. All have a little noise whose amplitude falls as one over frequency.
struct PictureSource: ~Copyable {
    /// The 16×16 frequencies, a row each.
    typealias Picture = [SIMD16<Float>]

    var generator: SeededGenerator
    private let canvas = Canvas()
    private let amplitudes: Picture

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        amplitudes = (1...16).map { row in
            var line = SIMD16<Float>()
            for column in 1...16 {
                line[column - 1] = 40 / Float(row * row + column * column).squareRoot()
            }
            return line
        }
    }

    mutating func random() -> SIMD4<UInt64> {
        SIMD4(generator.next(), generator.next(), generator.next(), generator.next())
    }

    mutating func picture() -> Picture {
        var softness: Float = 0.3
        switch below(100) {
        case 0..<35: drawLeaves()
        case 35..<50:
            drawLeaves()
            drawBars()
        case 50..<65: drawPage()
        case 65..<75: drawScreen()
        case 75..<85:
            drawLeaves()
            canvas.mirror()
        case 85..<95:
            canvas.fill(0)
            canvas.slope(from: unit(), to: unit(), down: false)
            canvas.slope(from: unit(), to: unit(), down: true)
            softness = 3
        default:
            canvas.fill(unit())
            for _ in 0...below(3) { drawLeaf(largest: 28) }
        }
        var picture = canvas.frequencies()
        for row in 0..<16 { picture[row] += amplitudes[row] * noise() * softness }
        return picture
    }

    /// The picture with even noise added, as by compression, blur or a watermark.
    mutating func altered(_ picture: Picture, strength: Float) -> Picture {
        picture.map { $0 + noise() * strength }
    }

    static func hash(of picture: Picture) -> SIMD4<UInt64> {
        let bits = SIMD16<UInt32>(
            1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
        var (low, high) = (Float(-8192), Float(8192))
        var threshold: Float = 0
        var hash = SIMD4<UInt64>()
        for _ in 0..<40 {
            hash = .zero
            for row in 0..<16 {
                let above = SIMD16<UInt32>().replacing(with: bits, where: picture[row] .> threshold).wrappedSum()
                hash[3 - row >> 2] |= UInt64(above) << UInt64(16 * (row & 3))
            }
            let count = (0..<4).reduce(0) { $0 + hash[$1].nonzeroBitCount }
            if count == 128 { break }
            if count > 128 { low = threshold } else { high = threshold }
            threshold = (low + high) / 2
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

    mutating func below(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }

    // MARK: Drawing

    private mutating func unit() -> Float { Float(generator.next() >> 40) / Float(1 << 24) }

    private mutating func drawLeaves() {
        canvas.fill(unit())
        for _ in 0..<(8 + below(25)) { drawLeaf(largest: 40) }
    }

    /// Sizes fall as the cube, which keeps the picture alike at every scale.
    private mutating func drawLeaf(largest: Int) {
        let radius = min(Int(3 / max(unit(), 0.005).squareRoot()), largest)
        let (row, column) = (below(64), below(64))
        let value = unit()
        if generator.next() & 1 == 0 {
            canvas.disc(row: row, column: column, radius: radius, value, shade: (unit() - 0.5) / 64)
        } else {
            let height = 1 + below(2 * radius + 1)
            canvas.rectangle(row..<row + height, column - radius..<column + radius, value)
        }
    }

    private mutating func drawBars() {
        let width = 4 + below(10)
        if generator.next() & 3 != 0 {
            canvas.rectangle(0..<width, 0..<64, 0)
            canvas.rectangle(64 - width..<64, 0..<64, 0)
        } else {
            canvas.rectangle(0..<64, 0..<width, 0)
            canvas.rectangle(0..<64, 64 - width..<64, 0)
        }
    }

    private mutating func drawPage() {
        let isDark = below(5) == 0
        canvas.fill(isDark ? 0.1 : 0.95)
        let (margin, pitch) = (2 + below(8), 2 + below(5))
        for line in stride(from: margin, to: 64 - margin, by: pitch) where below(7) > 0 {
            var column = margin
            while column < 64 - margin - below(12) {
                let word = 1 + below(7)
                canvas.rectangle(line..<line + max(pitch / 2, 1), column..<column + word, isDark ? 0.6 : 0.45)
                column += word + 1
            }
        }
        if below(3) == 0 {
            let (row, column) = (below(48), below(48))
            canvas.rectangle(row..<row + 10 + below(20), column..<column + 10 + below(30), unit())
        }
    }

    private mutating func drawScreen() {
        canvas.fill(unit())
        for _ in 0..<(3 + below(8)) {
            let (row, column) = (8 * below(8), 8 * below(8))
            canvas.rectangle(row..<row + 8 * (1 + below(5)), column..<column + 8 * (1 + below(6)), unit())
        }
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
}
