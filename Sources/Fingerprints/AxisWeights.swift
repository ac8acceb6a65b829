/// PDQ's two box filters and the sampling along one axis, as the weights of the input samples for each of 64 output
/// samples.
struct AxisWeights {
    struct Taps {
        /// The first input sample with a weight.
        var first: Int
        var count: Int
        /// Where this output's weights start in `AxisWeights.weights`, and where in `AxisWeights.padded`.
        var weights: Int
        var paddedWeights: Int
    }

    let length: Int
    private(set) var taps: [Taps] = []
    private(set) var weights: [Float] = []
    /// The same weights, each output's followed by zeros up to a multiple of four.
    private(set) var padded: [Float] = []

    /// Makes the weights for an axis of `length` samples, 5 or more. The cost is a few operations per sample.
    init(length: Int) {
        self.length = length
        let window = (length + 127) / 128
        for output in 0..<64 {
            let position = (2 * output + 1) * length / 128
            let outer = Self.box(at: position, window: window, length: length)
            let first = Self.box(at: outer.lowerBound, window: window, length: length).lowerBound
            let last = Self.box(at: outer.upperBound, window: window, length: length).upperBound
            var sums = [Double](repeating: 0, count: last - first + 1)
            for middle in outer {
                let inner = Self.box(at: middle, window: window, length: length)
                for input in inner { sums[input - first] += 1 / Double(outer.count * inner.count) }
            }
            taps.append(Taps(first: first, count: sums.count, weights: weights.count, paddedWeights: padded.count))
            weights += sums.map { Float($0) }
            padded += sums.map { Float($0) } + [Float](repeating: 0, count: (4 - sums.count % 4) % 4)
        }
    }

    /// The input samples that the box filter averages into the output sample at `position`.
    private static func box(at position: Int, window: Int, length: Int) -> ClosedRange<Int> {
        let half = (window + 2) / 2
        return max(0, position - (window - half))...min(length - 1, position + half - 1)
    }
}
