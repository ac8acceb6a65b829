/// A noun that has an identity of its own.
public protocol Noun: Sendable {
    /// Three letters that name the noun in front of its printed id.
    static var idPrefix: String { get }
}

/// A typed id: a UUIDv7, printed as three letters, an underscore and 26 digits of lower-case Crockford base 32
/// (`con_01jd…`), so that ids sort by the time of their making and cannot be mistaken for one another.
public struct ID<Subject: Noun>: Hashable, Sendable {
    /// The first and the second eight bytes of the UUID.
    public let high: UInt64
    public let low: UInt64

    /// The id with these 16 bytes; the caller vouches that they are a UUIDv7.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id: 48 bits of time, 74 bits of chance.
    public init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        let time = UInt64(clamping: now.milliseconds) & 0xffff_ffff_ffff
        high = time << 16 | 0x7000 | UInt64.random(in: 0...0xfff, using: &random)
        low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3fff_ffff_ffff_ffff, using: &random)
    }

    /// Reads the printed form, or answers `nil`.
    public init?(_ text: some StringProtocol) {
        guard let (high, low) = IDText.parse(text, prefix: Subject.idPrefix) else { return nil }
        self.init(high: high, low: low)
    }

    /// The printed form.
    public var text: String { IDText.print(prefix: Subject.idPrefix, high: high, low: low) }
}

extension ID: CustomStringConvertible {
    public var description: String { text }
}

extension ID: Comparable {
    public static func < (left: ID, right: ID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension ID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "Not an id of the form \(Subject.idPrefix)_…")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The base-32 text of 128 bits, as TypeID defines it: 26 digits, the first at most 7.
private enum IDText {
    static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    static func print(prefix: String, high: UInt64, low: UInt64) -> String {
        let prefix = prefix.utf8
        return String(unsafeUninitializedCapacity: prefix.count + 27) { buffer in
            var position = 0
            for byte in prefix {
                buffer[position] = byte
                position += 1
            }
            buffer[position] = UInt8(ascii: "_")
            position += 1
            for digit in 0..<26 {
                let shift = 125 - 5 * digit
                let value: UInt64
                if shift >= 64 {
                    value = high >> UInt64(shift - 64)
                } else if shift > 59 {
                    value = high << UInt64(64 - shift) | low >> UInt64(shift)
                } else {
                    value = low >> UInt64(shift)
                }
                buffer[position] = digits[Int(value & 31)]
                position += 1
            }
            return position
        }
    }

    static func parse(_ text: some StringProtocol, prefix: String) -> (UInt64, UInt64)? {
        let bytes = Array(text.utf8)
        let start = prefix.utf8.count + 1
        guard bytes.count == start + 26, bytes[start - 1] == UInt8(ascii: "_"),
            bytes.prefix(start - 1).elementsEqual(prefix.utf8), bytes[start] <= UInt8(ascii: "7")
        else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in bytes[start...] {
            let value = values[Int(byte)]
            guard value < 32 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        return (high, low)
    }
}
