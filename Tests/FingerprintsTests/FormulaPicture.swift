import Fingerprints

/// Pictures that whole-number formulas draw, the same in every language.
enum FormulaPicture: String, Sendable {
    case waves, rings, steps

    /// 8-bit luma, row by row.
    func plane(width: Int, height: Int) -> [UInt8] {
        (0..<height).flatMap { y in
            (0..<width).map { x in UInt8(min(255, sample(x, y, width, height))) }
        }
    }

    private func sample(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Int {
        switch self {
        case .waves: (slope(x * 3 + y * 2) + slope(y * 4 - x + 900) + slope(x * y / 64 + 100)) / 3
        case .rings:
            slope(((x - width / 3) * (x - width / 3) + (y - height / 2) * (y - height / 2)) / 40)
        case .steps: ((x / 23) * 37 + (y / 31) * 91 + (x / 23) * (y / 31) * 13) % 256
        }
    }

    /// Down from 256 to 0 and up again, every 512.
    private func slope(_ value: Int) -> Int { abs((value & 511) - 256) }
}

/// Float luma, row by row.
struct FloatPlane {
    var width: Int
    var height: Int
    var samples: [Float]

    /// The plane as the way names it; the hash of this is what PDQ derives, near enough.
    func turned(_ way: Dihedral) -> (samples: [Float], width: Int, height: Int) {
        let isTransposed =
            switch way {
            case .rotate90, .rotate270, .flipPlus1, .flipMinus1: true
            case .rotate180, .flipX, .flipY: false
            }
        let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
        var turned: [Float] = []
        for row in 0..<newHeight {
            for column in 0..<newWidth {
                let (x, y) =
                    switch way {
                    case .rotate90: (width - 1 - row, column)
                    case .rotate180: (width - 1 - column, height - 1 - row)
                    case .rotate270: (row, height - 1 - column)
                    case .flipX: (column, height - 1 - row)
                    case .flipY: (width - 1 - column, row)
                    case .flipPlus1: (row, column)
                    case .flipMinus1: (width - 1 - row, height - 1 - column)
                    }
                turned.append(samples[y * width + x])
            }
        }
        return (turned, newWidth, newHeight)
    }
}

extension SeededGenerator {
    /// Waves of chosen sizes, a box or two, and now and then noise or next to nothing.
    mutating func picture(sides: ClosedRange<Int>) -> FloatPlane {
        let (width, height) = (Int.random(in: sides, using: &self), Int.random(in: sides, using: &self))
        let strength = ([4, 20, 60, 60, 60] as [Float]).randomElement(using: &self) ?? 60
        let noise =
            Float.random(in: 0...1, using: &self) * (([0, 0, 4, 30] as [Float]).randomElement(using: &self) ?? 0)
        let waves = (0..<5).map { _ in
            (
                x: Float.random(in: -6...6, using: &self), y: Float.random(in: -6...6, using: &self),
                size: Float.random(in: 0...strength, using: &self)
            )
        }
        let box = (
            x: Float.random(in: 0...0.8, using: &self), y: Float.random(in: 0...0.8, using: &self),
            value: Float.random(in: -80...80, using: &self)
        )
        var samples: [Float] = []
        samples.reserveCapacity(width * height)
        for row in 0..<height {
            for column in 0..<width {
                let (x, y) = (Float(column) / Float(width), Float(row) / Float(height))
                var value: Float = 128
                for wave in waves {
                    let turn = x * wave.x + y * wave.y
                    value += wave.size * (4 * abs(turn - turn.rounded()) - 1)
                }
                if x > box.x, x < box.x + 0.2, y > box.y, y < box.y + 0.2 { value += box.value }
                if noise > 0 { value += noise * (Float(next() & 0xFFFF) / 65536 - 0.5) }
                samples.append(max(0, min(255, value)))
            }
        }
        return FloatPlane(width: width, height: height, samples: samples)
    }
}
