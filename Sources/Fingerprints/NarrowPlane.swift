// SAFETY: both buffers are allocated with the counts that `reserve` notes and freed in `deinit`; `reserve` runs before
// they are used, and every index is below the number of samples or the longer side.

/// Filters planes with fewer than 64 rows or columns sum by sum as the reference does, its rounding included.
///
/// Such a plane is stretched, and where a side is 8 or 16 whole rows of coefficients are zero but for rounding: then
/// only the very same sums give the same hash.
struct NarrowPlane: ~Copyable {
    private var plane: UnsafeMutablePointer<Float> = .allocate(capacity: 0)
    private var line: UnsafeMutablePointer<Float> = .allocate(capacity: 0)
    private var planeCapacity = 0
    private var lineCapacity = 0

    deinit {
        plane.deallocate()
        line.deallocate()
    }

    static func fits(width: Int, height: Int) -> Bool { min(width, height) < 64 }

    /// Fills the 64×64 samples of `grid` from the filtered plane.
    @inline(__always)
    mutating func decimate<Sample>(
        _ source: UnsafePointer<Sample>, width: Int, height: Int, rowStride: Int, value: (Sample) -> Float,
        into grid: UnsafeMutablePointer<Float>
    ) {
        reserve(samples: width * height, line: max(width, height))
        for row in 0..<height {
            for column in 0..<width { plane[row * width + column] = value(source[row * rowStride + column]) }
        }
        for _ in 0..<2 {
            for row in 0..<height { box(start: row * width, step: 1, count: width) }
            for column in 0..<width { box(start: column, step: width, count: height) }
        }
        for row in 0..<64 {
            let start = (2 * row + 1) * height / 128 * width
            for column in 0..<64 { grid[row * 64 + column] = plane[start + (2 * column + 1) * width / 128] }
        }
    }

    /// Replaces one line of samples by its running means; at both ends the window holds fewer samples.
    private func box(start: Int, step: Int, count: Int) {
        let window = (count + 127) / 128
        let half = (window + 2) / 2
        for index in 0..<count { line[index] = plane[start + index * step] }
        var (sum, size): (Float, Float) = (0, 0)
        for input in 0..<(half - 1) {
            sum += line[input]
            size += 1
        }
        for output in 0..<count {
            let (entering, leaving) = (output + half - 1, output - (window - half) - 1)
            if entering < count {
                sum += line[entering]
                size += 1
            }
            if leaving >= 0 {
                sum -= line[leaving]
                size -= 1
            }
            plane[start + output * step] = sum / size
        }
    }

    private mutating func reserve(samples: Int, line length: Int) {
        if samples > planeCapacity {
            plane.deallocate()
            plane = .allocate(capacity: samples)
            plane.initialize(repeating: 0, count: samples)
            planeCapacity = samples
        }
        if length > lineCapacity {
            line.deallocate()
            line = .allocate(capacity: length)
            line.initialize(repeating: 0, count: length)
            lineCapacity = length
        }
    }
}
