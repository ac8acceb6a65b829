import Logging
import Matching
import Storage

/// Tells whether the parts that an answer needs are there.
public struct CheckReadiness: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    public func report() async -> ReadinessReport {
        let health = installation.analyser.health
        return ReadinessReport(parts: [
            await database(), index(),
            ReadinessReport.Part(
                name: "media_workers", isReady: health.alive > 0,
                detail: "\(health.alive) of \(health.wanted) alive, \(health.crashes) crashed since the start"),
        ])
    }

    private func database() async -> ReadinessReport.Part {
        do {
            _ = try await installation.database.read { try $0.query("SELECT 1") }
            return ReadinessReport.Part(
                name: "database", isReady: true, detail: "\(installation.database.engine.rawValue) answers")
        } catch {
            installation.logger.error("database does not answer", metadata: ["error": "\(error)"])
            return ReadinessReport.Part(name: "database", isReady: false, detail: "does not answer")
        }
    }

    private func index() -> ReadinessReport.Part {
        let count = installation.index.statistics
        let held = "\(count.stills) pictures, \(count.frames) frames, \(count.sounds) sounds, \(count.digests) digests"
        if let trouble = installation.index.unavailability() {
            return ReadinessReport.Part(name: "index", isReady: false, detail: trouble.message)
        }
        return ReadinessReport.Part(name: "index", isReady: true, detail: held)
    }
}

/// What is ready, part by part.
public struct ReadinessReport: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        public var name: String
        public var isReady: Bool
        public var detail: String
    }

    public var parts: [Part]

    public var isReady: Bool { parts.allSatisfy(\.isReady) }
}
