import CoreMetrics
import Metrics
import Synchronization

/// Keeps what the process counts, and prints it as Prometheus text (version 0.0.4).
///
/// The metrics of a process are few and live as long as it does, so none is ever taken back.
final class PrometheusRegistry: MetricsFactory, Sendable {
    /// Upper bounds of a duration's buckets, in seconds.
    static let bounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    struct Key: Hashable {
        var name: String
        var labels: String
    }

    private struct State {
        var counters: [Key: CountingHandler] = [:]
        var gauges: [Key: GaugeHandler] = [:]
        var histograms: [Key: HistogramHandler] = [:]
    }

    private let state = Mutex(State())

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let key = Self.key(label, dimensions)
        return state.withLock { state in
            if let known = state.counters[key] { return known }
            let made = CountingHandler()
            state.counters[key] = made
            return made
        }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(Self.key(label, dimensions))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(Self.key(label, dimensions)) : gauge(Self.key(label, dimensions))
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(Self.key(label, dimensions))
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func gauge(_ key: Key) -> GaugeHandler {
        state.withLock { state in
            if let known = state.gauges[key] { return known }
            let made = GaugeHandler()
            state.gauges[key] = made
            return made
        }
    }

    private func histogram(_ key: Key) -> HistogramHandler {
        state.withLock { state in
            if let known = state.histograms[key] { return known }
            let made = HistogramHandler()
            state.histograms[key] = made
            return made
        }
    }

    /// Everything, sorted, each name with its type once.
    func text() -> String {
        let (counters, gauges, histograms) = state.withLock { ($0.counters, $0.gauges, $0.histograms) }
        var lines: [String] = []
        var named = Set<String>()
        func head(_ name: String, _ type: String) {
            if named.insert(name).inserted { lines.append("# TYPE \(name) \(type)") }
        }
        for (key, counter) in counters.sorted(by: { $0.key < $1.key }) {
            head(key.name, "counter")
            lines.append("\(key.name)\(Self.braced(key.labels)) \(counter.value)")
        }
        for (key, gauge) in gauges.sorted(by: { $0.key < $1.key }) {
            head(key.name, "gauge")
            lines.append("\(key.name)\(Self.braced(key.labels)) \(gauge.value)")
        }
        for (key, histogram) in histograms.sorted(by: { $0.key < $1.key }) {
            head(key.name, "histogram")
            let (buckets, sum) = histogram.snapshot
            var count = 0
            let comma = key.labels.isEmpty ? "" : ","
            for (bound, bucket) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], buckets) {
                count += bucket
                lines.append("\(key.name)_bucket{\(key.labels)\(comma)le=\"\(bound)\"} \(count)")
            }
            lines.append("\(key.name)_sum\(Self.braced(key.labels)) \(sum)")
            lines.append("\(key.name)_count\(Self.braced(key.labels)) \(count)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
        let labels = dimensions.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(sanitised(name))=\"\(escaped)\""
        }
        return Key(name: sanitised(label), labels: labels.joined(separator: ","))
    }

    /// The characters that a name may have.
    private static func sanitised(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
    }
}

extension PrometheusRegistry.Key: Comparable {
    static func < (left: Self, right: Self) -> Bool { (left.name, left.labels) < (right.name, right.labels) }
}
