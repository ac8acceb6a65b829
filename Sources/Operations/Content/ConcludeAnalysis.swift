import Fingerprints
import Logging
import Matching
import MediaWorker
import Moderation
import Storage

extension AnalyseContent {
    /// The content was analysed: match, decide, and commit it all with the end of the job.
    func conclude(
        _ content: Content, spool: String, _ job: LeasedJob, _ analysis: Analysis
    ) async throws -> Decided {
        let query = RecognitionQuery(analysis)
        var content = content
        content.facts = ContentFacts(analysis)
        let judgement = await Judge(installation).judge(query, of: content)
        return try await commit(content, spool: spool, job, judgement, query.fingerprints)
    }

    /// The analysis failed: for a passing reason it is tried again, at last the fail mode decides.
    func conclude(
        _ content: Content, spool: String, _ job: LeasedJob, failure: AnalysisFailure
    ) async throws -> Outcome {
        installation.logger.notice(
            "analysis failed",
            metadata: ["content": "\(content.id)", "code": "\(failure.code)", "attempt": "\(job.attempts)"])
        if failure.isTransient, job.attempts < installation.settings.analysisAttempts {
            let now = installation.clock().milliseconds
            try await installation.database.write { connection in
                try JobStore.fail(
                    connection, job, error: failure.code, now: now, retryAt: now + 500 << Int64(job.attempts))
            }
            return .postponed
        }
        return .decided(
            try await decide(content, spool: spool, job, failure: (failure.code, failure.message)))
    }

    /// Gives content that cannot be analysed the fail mode's verdict.
    func decide(
        _ content: Content, spool: String, _ job: LeasedJob, failure: (code: String, message: String)
    ) async throws -> Decided {
        let verdict = VerdictRule.verdict(
            unknownBecause: failure.code, failure.message, failMode: installation.settings.failMode,
            at: installation.clock())
        let judgement = Judge.Judgement(matches: [], verdict: verdict)
        return try await commit(content, spool: spool, job, judgement, FingerprintSet())
    }

    /// The content was decided before this try began: only the job is still to be ended.
    func finishEarlier(_ job: LeasedJob, _ content: Content) async throws -> Decided {
        try await installation.database.write { connection in
            try JobStore.complete(connection, job)
            return Decided(content: content, matches: try ContentStore(connection).matches(of: content.id))
        }
    }

    private func commit(
        _ content: Content, spool: String, _ job: LeasedJob, _ judgement: Judge.Judgement,
        _ fingerprints: FingerprintSet
    ) async throws -> Decided {
        var content = content
        let decidedEvent = try content.state.decide(judgement.verdict, of: content.id)
        content.version += 1
        var events: [AuditEvent] = []
        let bodies = [content.facts.map(ContentEvent.analysed), decidedEvent].compactMap { $0 }
        for body in bodies {
            events.append(
                installation.event(
                    .content(content.id, body), by: .system("pipeline"), on: content.platform,
                    at: judgement.verdict.decidedAt))
        }
        let final = content
        let appended = events
        let decided = try await installation.database.write { connection in
            let store = ContentStore(connection)
            try store.update(final, spool: nil)
            try store.insert(fingerprints.all, of: final.id)
            for match in judgement.matches { try store.insert(match) }
            for event in appended { try AuditStore(connection).append(event) }
            try JobStore.complete(connection, job)
            return Decided(content: final, matches: judgement.matches)
        }
        installation.spool.remove(spool)
        return decided
    }
}

extension RecognitionQuery {
    /// What an analysis asks the index.
    init(_ analysis: Analysis) {
        self.init(
            fingerprints: FingerprintSet(analysis),
            variants: analysis.pdqVariants.map { Variant(name: $0.name, hash: $0.hash, quality: $0.quality) })
    }
}

extension FingerprintSet {
    /// What an analysis found.
    init(_ analysis: Analysis) {
        self.init(
            md5: analysis.md5, sha256: analysis.sha256, pdq: analysis.pdq, video: analysis.video,
            audio: analysis.audio)
    }
}

extension ContentFacts {
    init(_ analysis: Analysis) {
        let kind: Content.Kind =
            switch analysis.kind {
            case .image: .image
            case .video: .video
            case .audio: .audio
            }
        self.init(
            kind: kind, format: analysis.format, bytes: analysis.bytes, width: analysis.width,
            height: analysis.height, duration: analysis.duration, notes: analysis.notes)
    }
}
