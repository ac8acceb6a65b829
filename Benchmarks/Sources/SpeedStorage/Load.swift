import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Runs an operation from a number of tasks for a time, and keeps how long each call took.
struct Load {
    var latencies: [Double]
    var seconds: Double
    /// What the process spent, in seconds of CPU; unlike the wall clock it hardly depends on what else the machine does.
    var cpuSeconds: Double

    var count: Int { latencies.count }

    static func run(
        writers: Int, seconds: Double, _ operation: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> Load {
        let clock = ContinuousClock()
        let start = clock.now
        let cpuStart = processorTime()
        let end = start + .seconds(seconds)
        let next = Counter()
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<writers {
                group.addTask {
                    var mine: [Double] = []
                    var now = clock.now
                    while now < end {
                        try await operation(next.take())
                        let done = clock.now
                        mine.append((done - now) / .seconds(1))
                        now = done
                    }
                    return mine
                }
            }
            var all: [Double] = []
            for try await mine in group { all += mine }
            return all
        }
        return Load(
            latencies: latencies.sorted(), seconds: (clock.now - start) / .seconds(1),
            cpuSeconds: processorTime() - cpuStart)
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func report(_ name: String) {
        func at(_ share: Double) -> String {
            guard !latencies.isEmpty else { return "–" }
            let index = min(latencies.count - 1, Int(Double(latencies.count) * share))
            return String(format: "%.3f", latencies[index] * 1000)
        }
        let rate = String(format: "%.0f", Double(count) / seconds)
        let cpu = String(format: "%.0f", cpuSeconds / Double(max(1, count)) * 1e6)
        print(
            "\(name): \(rate)/s, \(cpu) µs of CPU each, p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, p99.9 \(at(0.999)) ms, \(count) calls"
        )
    }
}

/// Numbers 0, 1, 2, … for concurrent takers.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}
