/// A square of 64×64 samples of brightness (0…1) to draw on, and PDQ's transform of it.
///
/// What is drawn hides what lies under it, as things in a picture do: that, and not the spectrum alone, is what gives the
/// bits of real hashes their dependence on one another.
struct Canvas: ~Copyable {
    static let side = 64
    private let samples = UnsafeMutablePointer<Float>.allocate(capacity: side * side)
    /// For each sample its weight in the sixteen frequencies.
    private let weights: [SIMD16<Float>]

    init() {
        weights = (0..<Self.side).map { sample in
            var line = SIMD16<Float>()
            for row in 0..<16 {
                line[row] = Float(Self.cosine(.pi / 128 * Double((row + 1) * (2 * sample + 1)))) * 0.17678
            }
            return line
        }
    }

    deinit { samples.deallocate() }

    func fill(_ value: Float) {
        samples.update(repeating: value, count: Self.side * Self.side)
    }

    /// A slope from one brightness to another, across or down.
    func slope(from first: Float, to last: Float, down: Bool) {
        for row in 0..<Self.side {
            for column in 0..<Self.side {
                samples[row * Self.side + column] += first + (last - first) * Float(down ? row : column) / 64
            }
        }
    }

    func rectangle(_ rows: Range<Int>, _ columns: Range<Int>, _ value: Float) {
        let rows = rows.clamped(to: 0..<Self.side)
        let columns = columns.clamped(to: 0..<Self.side)
        guard !columns.isEmpty else { return }
        for row in rows {
            (samples + row * Self.side + columns.lowerBound).update(repeating: value, count: columns.count)
        }
    }

    /// A disc, brighter towards one side.
    func disc(row: Int, column: Int, radius: Int, _ value: Float, shade: Float) {
        for line in max(row - radius, 0)..<max(min(row + radius + 1, Self.side), max(row - radius, 0)) {
            let height = Float((line - row) * (line - row))
            let half = Int(max(Float(radius * radius) - height, 0).squareRoot())
            rectangle(line..<line + 1, column - half..<column + half + 1, value + shade * Float(line - row))
        }
    }

    /// Makes the right half the mirror image of the left one.
    func mirror() {
        for row in 0..<Self.side {
            for column in 0..<Self.side / 2 {
                samples[row * Self.side + Self.side - 1 - column] = samples[row * Self.side + column]
            }
        }
    }

    /// PDQ's sixteen by sixteen lowest frequencies without the constant ones, scaled to brightness 0…255.
    func frequencies() -> [SIMD16<Float>] {
        var result = [SIMD16<Float>](repeating: .zero, count: 16)
        weights.withUnsafeBufferPointer { weights in
            result.withUnsafeMutableBufferPointer { result in
                for row in 0..<Self.side {
                    let line = samples + row * Self.side
                    var across = SIMD16<Float>()
                    // A sum of products and not `addProduct`, which is a call where the machine is not known to fuse.
                    for column in 0..<Self.side { across += weights[column] * line[column] }
                    across *= 255
                    let weight = weights[row]
                    for frequency in 0..<16 { result[frequency] += across * weight[frequency] }
                }
            }
        }
        return result
    }

    private static func cosine(_ angle: Double) -> Double {
        var x = angle.truncatingRemainder(dividingBy: 2 * .pi)
        if x > .pi { x = 2 * .pi - x }
        let sign: Double = x > .pi / 2 ? -1 : 1
        if x > .pi / 2 { x = .pi - x }
        let s = x * x
        return sign * (1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90)))))
    }
}
