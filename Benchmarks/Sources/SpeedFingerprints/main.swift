import Fingerprints

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// Times picture hashes against the oracle of the tests in the same run, then video comparison and sound lookup.
//
//     SpeedFingerprints [pdq] [agreement] [video] [audio]
//
// Without arguments: all. Times are the median of many runs, in processor time of one thread. `agreement` counts how
// many of a thousand pictures hash as the oracle hashes them.

let wanted = Set(CommandLine.arguments.dropFirst())
if wanted.isEmpty || wanted.contains("pdq") { timePDQ() }
if wanted.isEmpty || wanted.contains("agreement") { countAgreement() }
if wanted.isEmpty || wanted.contains("video") { timeVideo() }
if wanted.isEmpty || wanted.contains("audio") { timeAudio() }

/// The median processor time of `runs` calls, in microseconds; other processes hardly change it.
func median(runs: Int, _ body: () -> Void) -> Double {
    let times = (0..<runs).map { _ in
        let start = processorTime()
        body()
        return processorTime() - start
    }
    return times.sorted()[runs / 2]
}

/// Microseconds that this thread has run.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

func text(_ value: Double, decimals: Int = 1) -> String {
    let scale = decimals == 0 ? 1.0 : decimals == 1 ? 10 : 100
    let scaled = Int((value * scale).rounded())
    guard decimals > 0 else { return "\(scaled)" }
    let rest = "\(scaled % Int(scale))"
    return "\(scaled / Int(scale))." + String(repeating: "0", count: decimals - rest.count) + rest
}
