import CFFmpeg

/// Keeps the times of a stream's packets going forward.
///
/// Files are joined end to end, and a transport stream starts its clock anew at each joint; a hostile file puts one packet
/// far into the future. A player shows what follows all the same. So where a packet lies well before what was read, it and
/// what comes after are moved to the end of what was read; where one lies far ahead, it is moved back to it.
struct PacketTimeline {
    /// Seconds by which the decoding times of packets may go back in files that are only a little wrong.
    private static let tolerance = 2.0
    /// Seconds that one picture may stand. Nothing new is shown in a longer gap, which would only eat up the budget of frames.
    private static let longestPause = 60.0

    private var shift: Int64 = 0
    /// The end of what was read, with the shift, in the stream's time base.
    private var reached: Int64?

    /// Moves the packet's times where they must be moved.
    mutating func mend(_ packet: EncodedPacket, timeBase: Double) {
        let values = packet.pointer.pointee
        let stated = values.dts != FB_NO_TIME ? values.dts : values.pts
        guard stated != FB_NO_TIME, timeBase > 0, timeBase.isFinite else { return }
        if let reached {
            let (time, overflow) = stated.addingReportingOverflow(shift)
            let ahead = overflow ? -Double.infinity : (Double(time) - Double(reached)) * timeBase
            if ahead > Self.longestPause || ahead < -Self.tolerance {
                let (fitting, unfit) = reached.subtractingReportingOverflow(stated)
                if !unfit { shift = fitting }
            }
        }
        let (time, overflow) = stated.addingReportingOverflow(shift)
        guard !overflow else { return }
        if shift != 0 {
            if values.pts != FB_NO_TIME { packet.pointer.pointee.pts = Self.moved(values.pts, shift) }
            if values.dts != FB_NO_TIME { packet.pointer.pointee.dts = Self.moved(values.dts, shift) }
        }
        let (end, beyond) = time.addingReportingOverflow(max(1, values.duration))
        if !beyond { reached = max(reached ?? end, end) }
    }

    private static func moved(_ time: Int64, _ shift: Int64) -> Int64 {
        let (moved, overflow) = time.addingReportingOverflow(shift)
        return overflow ? FB_NO_TIME : moved
    }
}
