public import Fingerprints
import Matching
public import Moderation
public import Storage

/// Accepts content for a verdict: the first station of the way through the house.
public struct SubmitContent: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// What the platform says about the content it offers.
    public struct Offer: Hashable, Sendable {
        public var externalID: String?
        public var accountID: String?

        public init(externalID: String? = nil, accountID: String? = nil) {
            self.externalID = externalID
            self.accountID = accountID
        }
    }

    /// Accepts a spooled upload. When this returns, the submission is durable and its analysis will be finished by this
    /// process or by the next one; the verdict is awaited elsewhere (`AnalysisDesk`).
    public func accept(
        _ file: SpooledFile, _ offer: Offer, idempotency: IdempotencyKey?, by principal: Principal
    ) async throws -> Accepted {
        do {
            try principal.require(.submit)
            try Self.check(offer)
            guard file.bytes > 0 else {
                throw Refusal(.invalid, code: "media_empty", "The uploaded file is empty.")
            }
            let accepted = try await insert(file, offer, idempotency, principal)
            if accepted.isReplay { installation.spool.remove(file.name) }
            return accepted
        } catch {
            installation.spool.remove(file.name)
            throw error
        }
    }

    private func insert(
        _ file: SpooledFile, _ offer: Offer, _ idempotency: IdempotencyKey?, _ principal: Principal
    ) async throws -> Accepted {
        let installation = installation
        var fresh = newContent(offer, principal)
        fresh.facts = ContentFacts(bytes: file.bytes)
        let submission = fresh
        let now = submission.createdAt
        let job = AnalyseContent.job(for: submission.id, on: principal.platform, at: now)
        let event = event(.submitted(externalID: offer.externalID, account: nil), of: submission, principal)
        let lease = installation.lease(at: now)
        return try await installation.database.write { connection in
            if let key = idempotency, let earlier = try key.claim(connection, for: submission.id, principal, at: now) {
                return Accepted(content: earlier, job: nil, isReplay: true)
            }
            var content = submission
            var submitted = event
            content.account = try Self.account(offer, principal, installation, now, connection)
            submitted.body = .content(content.id, .submitted(externalID: offer.externalID, account: content.account))
            try ContentStore(connection).insert(content, spool: file.name)
            try AuditStore(connection).append(submitted)
            let leased = try JobStore.enqueue(connection, job, leased: lease)
            return Accepted(content: content.id, job: leased, isReplay: false)
        }
    }

    /// Accepts fingerprints without the content itself: verdict and submission are one transaction.
    public func decide(
        _ fingerprints: FingerprintSet, kind: Content.Kind?, _ offer: Offer, idempotency: IdempotencyKey?,
        by principal: Principal
    ) async throws -> Decided {
        try principal.require(.submit)
        try Self.check(offer)
        guard !fingerprints.isEmpty else {
            throw Refusal(.invalid, code: "no_fingerprints", "A submission needs a file or at least one fingerprint.")
        }
        let installation = installation
        var content = newContent(offer, principal)
        content.facts = ContentFacts(kind: kind, duration: fingerprints.video?.duration ?? fingerprints.audio?.duration)
        let judgement = await Judge(installation).judge(RecognitionQuery(fingerprints: fingerprints), of: content)
        let decided = try content.state.decide(judgement.verdict, of: content.id)
        let submittedEvent = event(.submitted(externalID: offer.externalID, account: nil), of: content, principal)
        let decidedEvent = installation.event(
            .content(content.id, decided), by: .system("pipeline"), on: principal.platform, at: content.createdAt)
        let final = content
        return try await installation.database.write { connection in
            if let key = idempotency,
                let earlier = try key.claim(connection, for: final.id, principal, at: final.createdAt)
            {
                return try ReadContent.load(earlier, principal, connection)
            }
            var content = final
            var submitted = submittedEvent
            content.account = try Self.account(offer, principal, installation, content.createdAt, connection)
            submitted.body = .content(content.id, .submitted(externalID: offer.externalID, account: content.account))
            let store = ContentStore(connection)
            try store.insert(content, spool: nil)
            try store.insert(fingerprints.all, of: content.id)
            for match in judgement.matches { try store.insert(match) }
            let audit = AuditStore(connection)
            try audit.append(submitted)
            try audit.append(decidedEvent)
            return Decided(content: content, matches: judgement.matches)
        }
    }

    private func newContent(_ offer: Offer, _ principal: Principal) -> Content {
        Content(
            id: installation.newID(), platform: principal.platform, externalID: offer.externalID,
            createdAt: installation.clock())
    }

    private func event(_ body: ContentEvent, of content: Content, _ principal: Principal) -> AuditEvent {
        installation.event(
            .content(content.id, body), by: principal.actor, on: principal.platform, at: content.createdAt)
    }

    private static func account(
        _ offer: Offer, _ principal: Principal, _ installation: Installation, _ now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> ID<Account>? {
        guard let externalID = offer.accountID else { return nil }
        return try PlatformStore(connection).account(
            externalID: externalID, on: principal.platform, newID: installation.newID(), at: now)
    }

    private static func check(_ offer: Offer) throws(Refusal) {
        for (name, value) in [("external_id", offer.externalID), ("account_id", offer.accountID)] {
            guard let value else { continue }
            guard (1...256).contains(value.unicodeScalars.count), !value.utf8.contains(0) else {
                throw Refusal(.invalid, code: "invalid_\(name)", "\(name) has 1 to 256 characters, not U+0000.")
            }
        }
    }
}

/// A submission that is durable and waits for its verdict.
public struct Accepted: Hashable, Sendable {
    public var content: ID<Content>
    /// The analysis that this process holds the lease of; absent for a replay.
    public var job: LeasedJob?
    /// Whether an earlier request with the same idempotency key made it.
    public var isReplay: Bool

    public init(content: ID<Content>, job: LeasedJob?, isReplay: Bool) {
        self.content = content
        self.job = job
        self.isReplay = isReplay
    }
}

/// Content with what it matched.
public struct Decided: Hashable, Sendable {
    public var content: Content
    public var matches: [Match]
}
