import Fingerprints
import Moderation
import Operations

/// Content with its verdict and its matches.
struct WireContent: Encodable {
    var id: String
    var state: String
    var externalID: String?
    var accountID: String?
    var createdAt: String
    var facts: WireFacts?
    var verdict: WireVerdict?
    var matches: [WireMatch]
    /// Only where it was asked for.
    var fingerprints: [WireFingerprint]?

    init(_ decided: Decided, fingerprints: FingerprintSet? = nil) {
        let content = decided.content
        id = content.id.text
        state = content.state.name
        externalID = content.externalID
        accountID = content.account?.text
        createdAt = content.createdAt.rfc3339
        facts = content.facts.map(WireFacts.init)
        if case .decided(let verdict) = content.state {
            self.verdict = WireVerdict(verdict, of: content)
        }
        matches = decided.matches.map { WireMatch($0) }
        self.fingerprints = fingerprints.map(WireFingerprint.list)
    }

    enum CodingKeys: String, CodingKey {
        case id, state, facts, verdict, matches, fingerprints
        case externalID = "external_id"
        case accountID = "account"
        case createdAt = "created_at"
    }
}

struct WireFacts: Encodable {
    var kind: String?
    var format: String?
    var bytes: Int?
    var width: Int?
    var height: Int?
    /// In seconds.
    var duration: Double?
    var notes: [String]

    init(_ facts: ContentFacts) {
        kind = facts.kind?.rawValue
        format = facts.format
        bytes = facts.bytes
        width = facts.width
        height = facts.height
        duration = facts.duration?.seconds
        notes = facts.notes
    }
}

struct WireVerdict: Encodable {
    var outcome: String
    var reasons: [WireReason]
    var decidedAt: String
    /// From acceptance to verdict, in milliseconds.
    var latency: Int64

    init(_ verdict: Verdict, of content: Content) {
        outcome = verdict.outcome.rawValue
        reasons = verdict.reasons.map(WireReason.init)
        decidedAt = verdict.decidedAt.rfc3339
        latency = verdict.decidedAt.milliseconds - content.createdAt.milliseconds
    }

    enum CodingKeys: String, CodingKey {
        case outcome, reasons
        case decidedAt = "decided_at"
        case latency = "latency_ms"
    }
}

struct WireReason: Encodable {
    var code: String
    var message: String
    var bank: String?
    var entry: String?

    init(_ reason: Verdict.Reason) {
        code = reason.code
        message = reason.message
        bank = reason.bank?.text
        entry = reason.entry?.text
    }
}
