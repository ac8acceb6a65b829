import Fingerprints
import Foundation
import Matching
import MediaWorker
import Moderation
import Storage

#if canImport(Glibc)
    import Glibc
#endif

/// Takes one spooled upload from its bytes to its verdict. Safe to run again: content is decided once.
struct AnalyseContent: Sendable {
    static let jobKind = "content.analyse"
    let installation: Installation

    init(_ installation: Installation) {
        self.installation = installation
    }

    private struct Payload: Codable {
        var content: ID<Content>
        var platform: ID<Platform>
    }

    static func job(for content: ID<Content>, on platform: ID<Platform>, at now: Timestamp) -> NewJob {
        let payload = #"{"content":"\#(content.text)","platform":"\#(platform.text)"}"#
        return NewJob(
            kind: jobKind, key: content.text, payload: payload, runAt: now.milliseconds, maxAttempts: 10)
    }

    /// What became of one try.
    enum Outcome: Sendable {
        case decided(Decided)
        /// A passing trouble; the job is back on its queue.
        case postponed
    }

    func run(_ job: LeasedJob) async throws -> Outcome {
        let payload = try JSONDecoder().decode(Payload.self, from: Data(job.payload.utf8))
        let found = try await installation.database.read { connection in
            try ContentStore(connection).content(payload.content, on: payload.platform)
        }
        guard let found else { throw Refusal.notFound("content", payload.content.text) }
        guard case .submitted = found.content.state, let spool = found.spool else {
            return .decided(try await finishEarlier(job, found.content))
        }
        guard let descriptor = installation.spool.open(spool) else {
            if try await job.leave(spool, acceptedAt: found.content.createdAt, in: installation) { return .postponed }
            return .decided(
                try await decide(
                    found.content, spool: spool, job,
                    failure: ("upload_lost", "The uploaded file is gone from the spool; offer it again.")))
        }
        defer { close(descriptor) }
        let options = AnalysisOptions(interval: installation.settings.frameInterval)
        let analysis: Analysis
        do throws(AnalysisFailure) {
            analysis = try await installation.analyser.analyse(descriptor: descriptor, options: options)
        } catch {
            return try await conclude(found.content, spool: spool, job, failure: error)
        }
        return .decided(try await conclude(found.content, spool: spool, job, analysis))
    }
}
