/// Luma planes made from a seed: a few waves, some edges, a little noise.
struct PicturePlane {
    var floats: [Float]
    var bytes: [UInt8]

    init(width: Int, height: Int, seed: UInt64) {
        var random = BenchGenerator(seed: seed)
        var waves: [(x: Float, y: Float, size: Float)] = []
        for _ in 0..<6 {
            waves.append((random.unit() * 24 - 12, random.unit() * 24 - 12, 10 + random.unit() * 25))
        }
        bytes = []
        bytes.reserveCapacity(width * height)
        for row in 0..<height {
            for column in 0..<width {
                let (x, y) = (Float(column) / Float(width), Float(row) / Float(height))
                var value: Float = 128
                for wave in waves {
                    let turn = x * wave.x + y * wave.y
                    value += wave.size * (4 * abs(turn - turn.rounded()) - 1)
                }
                bytes.append(UInt8(max(0, min(255, value + random.unit() * 12))))
            }
        }
        floats = bytes.map(Float.init)
    }
}

/// SplitMix64.
struct BenchGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func unit() -> Float { Float.random(in: 0..<1, using: &self) }
}
