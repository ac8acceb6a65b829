import Matching
import Metrics
import Operations
import Storage

/// What is measured only when somebody looks.
struct Gauges: Sendable {
    let installation: Installation
    let registry: PrometheusRegistry

    func text() async -> String {
        let index = installation.index.statistics
        for (kind, count) in [
            ("picture", index.stills), ("frame", index.frames), ("sound", index.sounds), ("digest", index.digests),
        ] {
            Meter(label: "firebreak_index_signals", dimensions: [("kind", kind)]).set(count)
        }
        Meter(label: "firebreak_index_bytes").set(index.memoryBytes)
        Meter(label: "firebreak_index_ready").set(installation.index.unavailability() == nil ? 1 : 0)
        let health = installation.analyser.health
        Meter(label: "firebreak_media_workers_alive").set(health.alive)
        Meter(label: "firebreak_media_worker_crashes").set(health.crashes)
        do {
            let jobs = try await installation.database.read { try JobStore.counts($0) }
            for state in JobState.allCases {
                let count = jobs.filter { $0.state == state }.reduce(0) { $0 + $1.count }
                Meter(label: "firebreak_jobs", dimensions: [("state", state.rawValue)]).set(count)
            }
            Meter(label: "firebreak_database_up").set(1)
        } catch {
            Meter(label: "firebreak_database_up").set(0)
        }
        return registry.text()
    }
}
