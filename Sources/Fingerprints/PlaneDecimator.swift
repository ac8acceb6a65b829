// SAFETY: `grid` and `rows` are allocated with the counts below and freed in `deinit`; `reserve(columns:)` runs before
// `rows` is used, and the weights' offsets are below the length that they were made for.

/// Brings a luma plane to 64×64 samples as PDQ does: two box filters along each axis, then every n-th sample.
///
/// Filters and sampling are linear, so each axis is one sparse matrix of 64 rows: only the samples that survive
/// are computed, down the columns first, where neighbours are contiguous, then along the 64 rows that remain.
struct PlaneDecimator: ~Copyable {
    static let side = 64

    /// The result, 64 rows of 64.
    let grid: UnsafeMutablePointer<Float>
    /// 64 rows of `rowCapacity` samples: the plane after the filters down its columns.
    private var rows: UnsafeMutablePointer<Float>
    private var rowCapacity = 0
    private var vertical = AxisWeights(length: 64)
    private var horizontal = AxisWeights(length: 64)
    private var narrow = NarrowPlane()

    init() {
        grid = .allocate(capacity: 4096)
        grid.initialize(repeating: 0, count: 4096)
        rows = .allocate(capacity: 0)
    }

    deinit {
        grid.deallocate()
        rows.deallocate()
    }

    /// Fills `grid` from a plane of at least 5×5 samples.
    mutating func decimate(_ plane: UnsafePointer<UInt8>, width: Int, height: Int, rowStride: Int) {
        filter(plane, width: width, height: height, rowStride: rowStride) { Float($0) }
    }

    /// Fills `grid` from a plane of at least 5×5 samples.
    mutating func decimate(_ plane: UnsafePointer<Float>, width: Int, height: Int, rowStride: Int) {
        filter(plane, width: width, height: height, rowStride: rowStride) { $0 }
    }

    @inline(__always)
    private mutating func filter<Sample>(
        _ plane: UnsafePointer<Sample>, width: Int, height: Int, rowStride: Int, value: (Sample) -> Float
    ) {
        precondition(rowStride >= width, "rows of a plane overlap")
        guard !NarrowPlane.fits(width: width, height: height) else {
            return narrow.decimate(
                plane, width: width, height: height, rowStride: rowStride, value: value, into: grid)
        }
        if vertical.length != height { vertical = AxisWeights(length: height) }
        if horizontal.length != width { horizontal = AxisWeights(length: width) }
        reserve(columns: width)
        vertical.weights.withUnsafeBufferPointer { weights in
            for row in 0..<Self.side {
                let taps = vertical.taps[row]
                Self.addRows(
                    plane + taps.first * rowStride, rowStride: rowStride, columns: width,
                    weights: weights[taps.weights..<taps.weights + taps.count],
                    into: rows + row * rowCapacity, value: value)
            }
        }
        filterAlongRows()
    }

    /// Writes the weighted sum of consecutive rows, four rows at a time.
    @inline(__always)
    private static func addRows<Sample>(
        _ first: UnsafePointer<Sample>, rowStride: Int, columns: Int, weights: Slice<UnsafeBufferPointer<Float>>,
        into target: UnsafeMutablePointer<Float>, value: (Sample) -> Float
    ) {
        var source = first
        var index = weights.startIndex
        var isFirst = true
        while weights.endIndex - index >= 4 {
            let (w0, w1, w2, w3) = (weights[index], weights[index + 1], weights[index + 2], weights[index + 3])
            let (s0, s1, s2, s3) = (source, source + rowStride, source + 2 * rowStride, source + 3 * rowStride)
            if isFirst {
                for column in 0..<columns {
                    target[column] =
                        w0 * value(s0[column]) + w1 * value(s1[column]) + w2 * value(s2[column]) + w3
                        * value(s3[column])
                }
            } else {
                for column in 0..<columns {
                    target[column] +=
                        w0 * value(s0[column]) + w1 * value(s1[column]) + w2 * value(s2[column]) + w3
                        * value(s3[column])
                }
            }
            isFirst = false
            index += 4
            if index < weights.endIndex { source += 4 * rowStride }
        }
        while index < weights.endIndex {
            let weight = weights[index]
            if isFirst {
                for column in 0..<columns { target[column] = weight * value(source[column]) }
            } else {
                for column in 0..<columns { target[column] += weight * value(source[column]) }
            }
            isFirst = false
            index += 1
            if index < weights.endIndex { source += rowStride }
        }
    }

    /// Fills `grid` from `rows`; the weights are padded with zeros to whole vectors, and so are the rows.
    private func filterAlongRows() {
        horizontal.padded.withUnsafeBytes { weights in
            guard let weightBase = weights.baseAddress else { return }
            for column in 0..<Self.side {
                let taps = horizontal.taps[column]
                let start = weightBase + taps.paddedWeights * 4
                let end = (taps.count + 3) / 4 * 16
                for row in 0..<Self.side {
                    let source = UnsafeRawPointer(rows + (row * rowCapacity + taps.first))
                    var sums = SIMD4<Float>.zero
                    var offset = 0
                    while offset < end {
                        sums +=
                            start.loadUnaligned(fromByteOffset: offset, as: SIMD4<Float>.self)
                            * source.loadUnaligned(fromByteOffset: offset, as: SIMD4<Float>.self)
                        offset &+= 16
                    }
                    grid[row * 64 + column] = (sums[0] + sums[1]) + (sums[2] + sums[3])
                }
            }
        }
    }

    /// Makes room for 64 rows of `columns` samples and the zeros after them that padded weights touch.
    private mutating func reserve(columns: Int) {
        let wanted = (columns + 3) / 4 * 4 + 4
        guard wanted != rowCapacity else { return }
        rows.deallocate()
        rowCapacity = wanted
        rows = .allocate(capacity: Self.side * wanted)
        rows.initialize(repeating: 0, count: Self.side * wanted)
    }
}
