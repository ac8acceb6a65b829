/// A moment in, or a length of, media; in whole milliseconds, which is what vPDQ prints.
public struct MediaTime: Hashable, Sendable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Rounds to the nearest millisecond; not-a-number and out-of-range values become zero.
    public init(seconds: Double) {
        let scaled = (seconds * 1000).rounded()
        milliseconds = Int64(exactly: scaled) ?? 0
    }

    public static let zero = MediaTime(milliseconds: 0)

    public var seconds: Double { Double(milliseconds) / 1000 }

    public static func < (left: MediaTime, right: MediaTime) -> Bool { left.milliseconds < right.milliseconds }
    public static func + (left: MediaTime, right: MediaTime) -> MediaTime {
        MediaTime(milliseconds: left.milliseconds &+ right.milliseconds)
    }
    public static func - (left: MediaTime, right: MediaTime) -> MediaTime {
        MediaTime(milliseconds: left.milliseconds &- right.milliseconds)
    }
}
