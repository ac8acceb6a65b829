import Foundation

/// Quantities as people read them.
enum Quantity {
    /// `0:07`, `12:30`, `1:02:03`; tenths below a minute: `7.5 s`.
    static func time(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0
            ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
    }

    /// A moment to the tenth of a second: `0:07.5`.
    static func moment(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e9 else { return "?" }
        let tenths = Int((abs(seconds) * 10).rounded())
        let (hours, minutes, rest) = (tenths / 36_000, tenths / 600 % 60, tenths % 600)
        let tail = "\(padded(rest / 10)).\(rest % 10)"
        return (seconds < 0 ? "-" : "") + (hours > 0 ? "\(hours):\(padded(minutes)):\(tail)" : "\(minutes):\(tail)")
    }

    /// Bytes in steps of 1024: `812 B`, `1.5 MiB`.
    static func bytes(_ count: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        guard value >= 1024 else { return "\(count) B" }
        var unit = -1
        while value >= 1024, unit + 1 < units.count {
            value /= 1024
            unit += 1
        }
        return "\(decimal(value, value < 10 ? 1 : 0)) \(units[unit])"
    }

    /// A share from 0 to 1: `83 %`.
    static func share(_ share: Double) -> String { "\(decimal(share * 100, 0)) %" }

    static func decimal(_ value: Double, _ places: Int) -> String {
        value.formatted(.number.precision(.fractionLength(places)).grouping(.never).locale(Locale(identifier: "en_US")))
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// Values as one line of JSON with sorted keys.
enum JSONLine {
    static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try data(value), as: UTF8.self)
    }
}
