import Foundation

/// PDQ straight from its paper, one sample at a time and in single precision throughout: the oracle of the fast path.
///
/// Its coefficients and hashes equal those of the published reference (`pdqhash` 0.2.8) to the last bit from the same
/// luma.
struct ReferencePDQ {
    /// 64 rows of 64 samples.
    var grid: [Float]
    /// 16 rows of 16 coefficients.
    var coefficients: [Float]
    var quality: Int
    /// Whether bit `16 i + j` is set.
    var bits: [Bool]

    /// Hashes `width * height` samples of luma, row by row; each side is 5 or more.
    init(luma: [Float], width: Int, height: Int) {
        var plane = luma
        if width == 64 && height == 64 {
            grid = luma
        } else {
            for _ in 0..<2 {
                for row in 0..<height {
                    Self.box(&plane, start: row * width, step: 1, count: width, window: (width + 127) / 128)
                }
                for column in 0..<width {
                    Self.box(&plane, start: column, step: width, count: height, window: (height + 127) / 128)
                }
            }
            grid = []
            for row in 0..<64 {
                for column in 0..<64 {
                    let sourceRow = Int((Double(row) + 0.5) * Double(height) / 64)
                    let sourceColumn = Int((Double(column) + 0.5) * Double(width) / 64)
                    grid.append(plane[sourceRow * width + sourceColumn])
                }
            }
        }
        quality = Self.quality(of: grid)
        coefficients = Self.coefficients(of: grid)
        let median = coefficients.sorted()[127]
        bits = coefficients.map { $0 > median }
    }

    /// 64 hexadecimal digits, bit 255 first.
    var hex: String {
        stride(from: 255, to: 0, by: -4).map { top in
            String((0..<4).reduce(0) { $0 * 2 + (bits[top - $1] ? 1 : 0) }, radix: 16)
        }.joined()
    }

    /// Replaces one line of samples by its running means; at both ends the window holds fewer samples.
    private static func box(_ plane: inout [Float], start: Int, step: Int, count: Int, window: Int) {
        let line = (0..<count).map { plane[start + $0 * step] }
        let half = (window + 2) / 2
        var sum: Float = 0
        var size: Float = 0
        for input in 0..<(half - 1) {
            sum += line[input]
            size += 1
        }
        for output in 0..<count {
            let entering = output + half - 1
            if entering < count {
                sum += line[entering]
                size += 1
            }
            let leaving = output - (window - half) - 1
            if leaving >= 0 {
                sum -= line[leaving]
                size -= 1
            }
            plane[start + output * step] = sum / size
        }
    }

    private static func quality(of grid: [Float]) -> Int {
        var total = 0
        for row in 0..<64 {
            for column in 0..<64 {
                let here = grid[row * 64 + column]
                if row < 63 { total += abs(Int((here - grid[row * 64 + 64 + column]) * 100 / 255)) }
                if column < 63 { total += abs(Int((here - grid[row * 64 + column + 1]) * 100 / 255)) }
            }
        }
        return min(100, total / 90)
    }

    private static func coefficients(of grid: [Float]) -> [Float] {
        let scale = Double(Float((2.0 / 64.0).squareRoot()))
        var matrix: [Float] = []
        for row in 0..<16 {
            for column in 0..<64 {
                let angle = Double.pi / 128 * Double((row + 1) * (2 * column + 1))
                matrix.append(Float(scale * cos(angle)))
            }
        }
        var halfway = [Float](repeating: 0, count: 16 * 64)
        for row in 0..<16 {
            for column in 0..<64 {
                for index in 0..<64 {
                    halfway[row * 64 + column] += matrix[row * 64 + index] * grid[index * 64 + column]
                }
            }
        }
        var result = [Float](repeating: 0, count: 256)
        for row in 0..<16 {
            for column in 0..<16 {
                for index in 0..<64 {
                    result[row * 16 + column] += halfway[row * 64 + index] * matrix[column * 64 + index]
                }
            }
        }
        return result
    }
}
