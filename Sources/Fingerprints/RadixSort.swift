extension [UInt64] {
    /// Sorts by digits of 11 bits, from the lowest; several times faster than by comparison for some thousands and
    /// more.
    mutating func radixSort() {
        guard count > 256 else { return sort() }
        let varying = reduce(0) { $0 | ($1 ^ self[0]) }
        var other = [UInt64](repeating: 0, count: count)
        var starts = [Int](repeating: 0, count: 2048)
        for shift in stride(from: UInt64(0), to: 64, by: 11) where varying >> shift & 0x7FF != 0 {
            for index in starts.indices { starts[index] = 0 }
            for value in self { starts[Int(value >> shift & 0x7FF)] += 1 }
            var sum = 0
            for index in starts.indices {
                let size = starts[index]
                starts[index] = sum
                sum += size
            }
            for value in self {
                let digit = Int(value >> shift & 0x7FF)
                other[starts[digit]] = value
                starts[digit] += 1
            }
            swap(&self, &other)
        }
    }
}
