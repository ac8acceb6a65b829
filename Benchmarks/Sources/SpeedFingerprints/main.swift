import Fingerprints

// Times picture hashes against the oracle of the tests in the same run, then video comparison and sound lookup.
//
//     SpeedFingerprints [pdq] [video] [audio]
//
// Without arguments: all. Times are the median of many runs on one thread.

let wanted = Set(CommandLine.arguments.dropFirst())
if wanted.isEmpty || wanted.contains("pdq") { timePDQ() }
if wanted.isEmpty || wanted.contains("video") { timeVideo() }
if wanted.isEmpty || wanted.contains("audio") { timeAudio() }

/// The median time of `runs` calls, in microseconds.
func median(runs: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    var times = (0..<runs).map { _ in clock.measure(body) }
    times.sort()
    return times[runs / 2] / .microseconds(1)
}

func text(_ value: Double, decimals: Int = 1) -> String {
    let scale = decimals == 0 ? 1.0 : decimals == 1 ? 10 : 100
    let scaled = Int((value * scale).rounded())
    guard decimals > 0 else { return "\(scaled)" }
    let rest = "\(scaled % Int(scale))"
    return "\(scaled / Int(scale))." + String(repeating: "0", count: decimals - rest.count) + rest
}
