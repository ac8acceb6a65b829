/// A moment in whole milliseconds since 1970, UTC.
public struct Timestamp: Hashable, Sendable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `milliseconds` later, or earlier when negative.
    public func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds &+ milliseconds)
    }

    /// RFC 3339 with milliseconds and `Z`: `2019-03-15T00:40:00.000Z`.
    public var rfc3339: String {
        let day = Int64(86_400_000)
        let days = milliseconds >= 0 ? milliseconds / day : (milliseconds - day + 1) / day
        let rest = milliseconds - days * day
        let date = CivilDate(daysSince1970: days)
        let parts = [
            pad(date.year, 4), "-", pad(Int64(date.month), 2), "-", pad(Int64(date.day), 2), "T",
            pad(rest / 3_600_000, 2), ":", pad(rest / 60_000 % 60, 2), ":", pad(rest / 1000 % 60, 2), ".",
            pad(rest % 1000, 3), "Z",
        ]
        return parts.joined()
    }

    /// Reads RFC 3339 in UTC or with an offset, with or without a fraction; years 0000 to 9999.
    public init?(rfc3339 text: some StringProtocol) {
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2),
            reader.take("-"), let day = reader.number(digits: 2), reader.take("T") || reader.take("t"),
            let hour = reader.number(digits: 2), reader.take(":"), let minute = reader.number(digits: 2),
            reader.take(":"), let second = reader.number(digits: 2)
        else { return nil }
        let date = CivilDate(year: year, month: Int(month), day: Int(day))
        guard date.isValid, hour < 24, minute < 60, second < 60 else { return nil }
        var fraction: Int64 = 0
        if reader.take(".") {
            guard let milliseconds = reader.fraction() else { return nil }
            fraction = milliseconds
        }
        var offset: Int64 = 0
        if !(reader.take("Z") || reader.take("z")) {
            let negative: Bool
            if reader.take("+") {
                negative = false
            } else if reader.take("-") {
                negative = true
            } else {
                return nil
            }
            guard let hours = reader.number(digits: 2), reader.take(":"), let minutes = reader.number(digits: 2),
                hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (negative ? -60_000 : 60_000)
        }
        guard reader.isAtEnd else { return nil }
        let clock = ((hour * 60 + minute) * 60 + second) * 1000 + fraction
        milliseconds = date.daysSince1970 * 86_400_000 + clock - offset
    }
}

private func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A date of the Gregorian calendar, by the arithmetic of days from civil (Howard Hinnant, chrono-compatible algorithms).
private struct CivilDate {
    var year: Int64
    var month: Int
    var day: Int

    init(year: Int64, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var isValid: Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= lengths[month - 1]
    }
}

private struct DigitReader {
    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard byte >= 48, byte <= 57 else { return nil }
            value = value * 10 + Int64(byte - 48)
        }
        position += digits
        return value
    }

    /// One to nine digits after the point, as whole milliseconds, the rest cut off.
    mutating func fraction() -> Int64? {
        let start = position
        var value: Int64 = 0
        while position < bytes.count, bytes[position] >= 48, bytes[position] <= 57 {
            guard position - start < 9 else { return nil }
            if position - start < 3 { value = value * 10 + Int64(bytes[position] - 48) }
            position += 1
        }
        guard position > start else { return nil }
        for _ in position - start..<max(3, position - start) { value *= 10 }
        return value
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Timestamp(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "Not an RFC 3339 time")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}
