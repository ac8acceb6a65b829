/// A 256-bit PDQ hash.
///
/// Printed as 64 hexadecimal digits, bit 255 first, as every published list does.
public struct PDQHash: Hashable, Sendable {
    /// Four words, the most significant first: `words[0]` holds bits 255…192.
    @inlinable
    public var words: SIMD4<UInt64> { SIMD4(first, second, third, fourth) }

    // Not stored as one vector: its alignment of 32 bytes is more than the frames of asynchronous functions have, and a hash
    // that lives across an await would be written past the end of its frame (Swift 6.3, debug builds).
    @usableFromInline let first: UInt64
    @usableFromInline let second: UInt64
    @usableFromInline let third: UInt64
    @usableFromInline let fourth: UInt64

    public init(words: SIMD4<UInt64>) {
        (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
    }

    /// Reads 64 hexadecimal digits of either case, or answers `nil`.
    public init?(hex: some StringProtocol) {
        let digits = hex.utf8
        guard digits.count == 64 else { return nil }
        var words = SIMD4<UInt64>()
        var position = 0
        for digit in digits {
            let nibble: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): nibble = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            words[position >> 4] = words[position >> 4] << 4 | UInt64(nibble)
            position += 1
        }
        self.init(words: words)
    }

    /// Reads 32 bytes, most significant first, or answers `nil`.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>()
        for (position, byte) in bytes.enumerated() {
            words[position >> 3] = words[position >> 3] << 8 | UInt64(byte)
        }
        self.init(words: words)
    }

    /// The 32 bytes, most significant first.
    public var bytes: [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: words[$0 >> 3] >> UInt64(56 - 8 * ($0 & 7))) }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            for position in 0..<64 {
                let nibble = UInt8(truncatingIfNeeded: words[position >> 4] >> UInt64(60 - 4 * (position & 15))) & 15
                buffer[position] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
            }
            return 64
        }
    }

    /// The number of bits, 0 to 256, in which two hashes differ.
    @inlinable
    public func distance(to other: PDQHash) -> Int {
        let difference = words ^ other.words
        return difference[0].nonzeroBitCount + difference[1].nonzeroBitCount
            + difference[2].nonzeroBitCount + difference[3].nonzeroBitCount
    }
}

extension PDQHash: CustomStringConvertible {
    public var description: String { hex }
}
