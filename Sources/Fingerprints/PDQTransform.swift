#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// SAFETY: the pointers are allocated with the counts below and freed in `deinit`; every index is bounded by those
// counts.

/// The cosine transform of PDQ: 64×64 samples to the 16×16 coefficients `B = D A Dᵀ`, and the bits made from them.
///
/// Each sum runs in the order of its index, as in the reference, so that equal samples give equal coefficients to the
/// last bit.
struct PDQTransform: ~Copyable {
    static let side = 64
    static let coefficientSide = 16
    static let coefficientCount = 256

    /// `D`, 16 rows of 64.
    private let matrix: UnsafeMutablePointer<Float>
    /// `Dᵀ`, 64 rows of 16.
    private let transposed: UnsafeMutablePointer<Float>
    /// `D A`, 16 rows of 64.
    private let halfway: UnsafeMutablePointer<Float>
    /// `B`, 16 rows of 16, row by row.
    let coefficients: UnsafeMutablePointer<Float>
    private let turned: UnsafeMutablePointer<Float>
    private let keys: UnsafeMutablePointer<Int32>

    init() {
        matrix = .allocate(capacity: 1024)
        transposed = .allocate(capacity: 1024)
        halfway = .allocate(capacity: 1024)
        coefficients = .allocate(capacity: Self.coefficientCount)
        turned = .allocate(capacity: Self.coefficientCount)
        keys = .allocate(capacity: Self.coefficientCount)
        halfway.initialize(repeating: 0, count: 1024)
        coefficients.initialize(repeating: 0, count: Self.coefficientCount)
        turned.initialize(repeating: 0, count: Self.coefficientCount)
        keys.initialize(repeating: 0, count: Self.coefficientCount)
        // The reference rounds the scale to single precision, and the product with the cosine once more.
        let scale = Double(Float((2.0 / 64.0).squareRoot()))
        for row in 0..<Self.coefficientSide {
            for column in 0..<Self.side {
                let angle = Double.pi / 128 * Double((row + 1) * (2 * column + 1))
                let value = Float(scale * cos(angle))
                (matrix + (row * 64 + column)).initialize(to: value)
                (transposed + (column * 16 + row)).initialize(to: value)
            }
        }
    }

    deinit {
        matrix.deallocate()
        transposed.deallocate()
        halfway.deallocate()
        coefficients.deallocate()
        turned.deallocate()
        keys.deallocate()
    }

    /// Fills `coefficients` from 64 rows of 64 samples.
    func transform(_ grid: UnsafePointer<Float>) {
        for row in 0..<Self.coefficientSide {
            Self.multiply(matrix + row * 64, grid, columns: 64, into: halfway + row * 64)
        }
        for row in 0..<Self.coefficientSide {
            Self.multiply(halfway + row * 64, transposed, columns: 16, into: coefficients + row * 16)
        }
    }

    /// One row of 64 factors times a matrix of 64 rows; `columns` is a multiple of 16.
    @inline(__always)
    private static func multiply(
        _ factors: UnsafePointer<Float>, _ matrix: UnsafePointer<Float>, columns: Int,
        into row: UnsafeMutablePointer<Float>
    ) {
        var column = 0
        while column < columns {
            var sums = (SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero)
            var source = UnsafeRawPointer(matrix + column)
            for index in 0..<64 {
                let factor = factors[index]
                sums.0 += factor * source.loadUnaligned(as: SIMD4<Float>.self)
                sums.1 += factor * source.loadUnaligned(fromByteOffset: 16, as: SIMD4<Float>.self)
                sums.2 += factor * source.loadUnaligned(fromByteOffset: 32, as: SIMD4<Float>.self)
                sums.3 += factor * source.loadUnaligned(fromByteOffset: 48, as: SIMD4<Float>.self)
                source += columns &* 4
            }
            let target = UnsafeMutableRawPointer(row + column)
            target.storeBytes(of: sums.0, as: SIMD4<Float>.self)
            target.storeBytes(of: sums.1, toByteOffset: 16, as: SIMD4<Float>.self)
            target.storeBytes(of: sums.2, toByteOffset: 32, as: SIMD4<Float>.self)
            target.storeBytes(of: sums.3, toByteOffset: 48, as: SIMD4<Float>.self)
            column &+= 16
        }
    }

    /// The upright hash: bit `16 i + j` is set where `B[i][j]` is above the median.
    func hash() -> PDQHash { Self.hash(of: coefficients, keys: keys) }

    /// The hash of the picture turned over or round, from the coefficients of the upright one.
    ///
    /// Mirroring changes the sign of the odd frequencies, which stand in the even rows or columns; the diagonal
    /// flips and quarter turns also transpose.
    func hash(turned way: Dihedral) -> PDQHash {
        for row in 0..<Self.coefficientSide {
            for column in 0..<Self.coefficientSide {
                let (isRowOdd, isColumnOdd) = (row & 1 == 1, column & 1 == 1)
                let upright = coefficients[row * 16 + column]
                let transposed = coefficients[column * 16 + row]
                turned[row * 16 + column] =
                    switch way {
                    case .rotate90: isRowOdd ? transposed : -transposed
                    case .rotate180: isRowOdd == isColumnOdd ? upright : -upright
                    case .rotate270: isColumnOdd ? transposed : -transposed
                    case .flipX: isRowOdd ? upright : -upright
                    case .flipY: isColumnOdd ? upright : -upright
                    case .flipPlus1: transposed
                    case .flipMinus1: isRowOdd == isColumnOdd ? transposed : -transposed
                    }
            }
        }
        return Self.hash(of: turned, keys: keys)
    }

    /// The bits of 256 values against their lower median.
    static func hash(of values: UnsafePointer<Float>, keys: UnsafeMutablePointer<Int32>) -> PDQHash {
        let median = lowerMedian(of: values, keys: keys)
        var words = SIMD4<UInt64>()
        for word in 0..<4 {
            var bits: UInt64 = 0
            let start = values + (3 - word) * 64
            for bit in 0..<64 {
                bits |= (start[bit] > median ? 1 : 0) << UInt64(bit)
            }
            words[word] = bits
        }
        return PDQHash(words: words)
    }

    /// Element 127 in sorted order, found bit by bit over keys that sort as the values do; no branch depends on the
    /// values.
    private static func lowerMedian(of values: UnsafePointer<Float>, keys: UnsafeMutablePointer<Int32>) -> Float {
        for index in 0..<coefficientCount {
            let bits = Int32(bitPattern: values[index].bitPattern)
            keys[index] = bits ^ ((bits >> 31) & Int32.max)
        }
        // The answer is the greatest key that has at most 127 keys below it.
        var answer = Int32.min
        for position in stride(from: 31, through: 0, by: -1) {
            let candidate = answer ^ Int32(bitPattern: 1 << UInt32(position))
            var below: Int32 = 0
            for index in 0..<coefficientCount {
                below &+= keys[index] < candidate ? 1 : 0
            }
            if below <= 127 { answer = candidate }
        }
        return Float(bitPattern: UInt32(bitPattern: answer ^ ((answer >> 31) & Int32.max)))
    }
}

/// PDQ's quality, 0 to 100: how much the 64×64 samples differ from their neighbours.
///
/// Every step counts in whole hundredths of the range, truncated toward zero, so that faint noise counts for nothing.
func pdqQuality(of grid: UnsafePointer<Float>) -> Int {
    let raw = UnsafeRawPointer(grid)
    var sums = SIMD4<Float>.zero
    for row in 0..<64 {
        var column = 0
        while column < 64 {
            let offset = (row &* 64 &+ column) &* 4
            let here = raw.loadUnaligned(fromByteOffset: offset, as: SIMD4<Float>.self)
            if row < 63 {
                sums += wholeSteps(here - raw.loadUnaligned(fromByteOffset: offset &+ 256, as: SIMD4<Float>.self))
            }
            if column < 60 {
                sums += wholeSteps(here - raw.loadUnaligned(fromByteOffset: offset &+ 4, as: SIMD4<Float>.self))
            } else {
                // The last column has no right-hand neighbour: lane 3 compares with itself.
                sums += wholeSteps(here - SIMD4(here[1], here[2], here[3], here[3]))
            }
            column &+= 4
        }
    }
    let quality = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / 90
    return quality >= 100 ? 100 : Int(exactly: quality.rounded(.down)) ?? 0
}

/// `abs(difference * 100 / 255)` rounded down, for magnitudes below 2²², without a conversion that could trap.
@inline(__always)
private func wholeSteps(_ difference: SIMD4<Float>) -> SIMD4<Float> {
    let scaled = difference * 100 / 255
    let size = scaled.replacing(with: -scaled, where: scaled .< 0)
    let shift: Float = 8_388_608
    let nearest = (size + shift) - shift
    return nearest.replacing(with: nearest - 1, where: nearest .> size)
}
