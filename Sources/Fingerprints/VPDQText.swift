import Foundation

/// The two forms in which vPDQ writes the frames of a video.
///
/// Text has one frame a line, `frameNumber,quality,hex,seconds`; JSON is an array of strings, `"hex,quality,seconds"`.
/// Seconds have three decimals. Neither carries the duration: reading sets it to the last frame's time and one usual
/// step more.
public enum VPDQText {
    /// More frames than this are refused: 55 hours at 1 frame per second.
    public static let defaultMaximumFrames = 200_000
    /// No line or string that is valid is longer.
    private static let maximumEntryBytes = 128
    /// An entry in JSON with its quotation marks, comma and some white space.
    private static let maximumJSONBytes = 160

    /// Reads the text form; blank lines and a carriage return at a line's end are allowed.
    ///
    /// Frames come in order of time. The first bad line is refused with its number.
    public static func parse(
        _ text: String, maximumFrames: Int = defaultMaximumFrames
    ) throws(VPDQTextError) -> VideoFingerprint {
        var frames: [VideoFrame] = []
        var number = 0
        var rest = Substring(text).utf8
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[line.endIndex...].dropFirst()
            number += 1
            let entry = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if entry.isEmpty { continue }
            guard frames.count < maximumFrames else { throw VPDQTextError(entry: number, reason: .tooManyFrames) }
            let fields = try fields(entry, count: 4, entry: number)
            guard let frame = unsigned(fields[0], digits: 9) else {
                throw VPDQTextError(entry: number, reason: .frameNumber)
            }
            frames.append(try self.frame(frame, quality: fields[1], hex: fields[2], seconds: fields[3], entry: number))
        }
        return fingerprint(frames)
    }

    /// Reads the JSON form; frames are numbered by their place in the array.
    ///
    /// A text of more than 160 bytes for each allowed frame is refused unread.
    public static func parse(
        json: String, maximumFrames: Int = defaultMaximumFrames
    ) throws(VPDQTextError) -> VideoFingerprint {
        let budget = maximumFrames.multipliedReportingOverflow(by: maximumJSONBytes)
        guard budget.overflow || json.utf8.count <= max(1024, budget.partialValue) else {
            throw VPDQTextError(entry: maximumFrames + 1, reason: .tooManyFrames)
        }
        let entries: [String]
        do {
            entries = try JSONDecoder().decode([String].self, from: Data(json.utf8))
        } catch {
            throw VPDQTextError(entry: 1, reason: .notAnArrayOfStrings)
        }
        guard entries.count <= maximumFrames else {
            throw VPDQTextError(entry: maximumFrames + 1, reason: .tooManyFrames)
        }
        var frames: [VideoFrame] = []
        frames.reserveCapacity(entries.count)
        for (position, text) in entries.enumerated() {
            let fields = try fields(Substring(text).utf8, count: 3, entry: position + 1)
            frames.append(
                try frame(position, quality: fields[1], hex: fields[0], seconds: fields[2], entry: position + 1))
        }
        return fingerprint(frames)
    }

    /// Writes the text form, with a line feed after every line.
    public static func text(_ fingerprint: VideoFingerprint) -> String {
        fingerprint.frames.map { "\($0.number),\($0.quality),\($0.hash.hex),\(seconds($0.time))\n" }.joined()
    }

    /// Writes the JSON form.
    public static func json(_ fingerprint: VideoFingerprint) -> String {
        let entries = fingerprint.frames.map { "\"\($0.hash.hex),\($0.quality),\(seconds($0.time))\"" }
        return "[\(entries.joined(separator: ","))]"
    }

    private static func fields(
        _ entry: Substring.UTF8View, count: Int, entry number: Int
    ) throws(VPDQTextError) -> [Substring.UTF8View] {
        guard entry.count <= maximumEntryBytes else { throw VPDQTextError(entry: number, reason: .tooLong) }
        let fields = entry.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count == count else { throw VPDQTextError(entry: number, reason: .fieldCount) }
        return fields
    }

    private static func frame(
        _ frame: Int, quality: Substring.UTF8View, hex: Substring.UTF8View, seconds: Substring.UTF8View, entry: Int
    ) throws(VPDQTextError) -> VideoFrame {
        guard let quality = unsigned(quality, digits: 3), quality <= 100 else {
            throw VPDQTextError(entry: entry, reason: .quality)
        }
        guard let hash = PDQHash(hex: Substring(hex)) else { throw VPDQTextError(entry: entry, reason: .hash) }
        guard let time = time(seconds) else { throw VPDQTextError(entry: entry, reason: .seconds) }
        return VideoFrame(number: frame, time: time, hash: hash, quality: quality)
    }

    private static func fingerprint(_ frames: [VideoFrame]) -> VideoFingerprint {
        let ordered = frames.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
        var fingerprint = VideoFingerprint(frames: ordered, duration: .zero)
        fingerprint.duration = fingerprint.coveredDuration
        return fingerprint
    }

    private static func unsigned(_ text: Substring.UTF8View, digits: Int) -> Int? {
        guard (1...digits).contains(text.count) else { return nil }
        var value = 0
        for digit in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// Reads up to nine digits and, after a point, up to nine more, rounded to milliseconds.
    private static func time(_ text: Substring.UTF8View) -> MediaTime? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = unsigned(parts[0], digits: 9) else { return nil }
        guard parts.count == 2 else { return MediaTime(milliseconds: Int64(whole) * 1000) }
        guard var fraction = unsigned(parts[1], digits: 9) else { return nil }
        for _ in parts[1].count..<9 { fraction *= 10 }
        return MediaTime(milliseconds: Int64(whole) * 1000 + (Int64(fraction) + 500_000) / 1_000_000)
    }

    private static func seconds(_ time: MediaTime) -> String {
        let (whole, rest) = time.milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = String(rest)
        return "\(time < .zero ? "-" : "")\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

/// Why a vPDQ list was refused, and where.
public struct VPDQTextError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Hashable, Sendable, Codable {
        case tooManyFrames
        case tooLong
        case fieldCount
        case frameNumber
        case quality
        case hash
        case seconds
        case notAnArrayOfStrings
    }

    /// The line of the text, or the place in the array, counted from 1.
    public var entry: Int
    public var reason: Reason

    public init(entry: Int, reason: Reason) {
        self.entry = entry
        self.reason = reason
    }

    public var description: String {
        let sentence =
            switch reason {
            case .tooManyFrames: "there are more frames than allowed."
            case .tooLong: "the entry is too long."
            case .fieldCount: "the number of fields is wrong."
            case .frameNumber: "the frame number is not a whole number of at most nine digits."
            case .quality: "the quality is not a whole number from 0 to 100."
            case .hash: "the hash is not 64 hexadecimal digits."
            case .seconds: "the time is not a number of seconds."
            case .notAnArrayOfStrings: "the document is not a JSON array of strings."
            }
        return "Entry \(entry): \(sentence)"
    }
}
