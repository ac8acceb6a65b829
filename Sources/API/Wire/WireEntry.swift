import Fingerprints
import Moderation

struct WireEntry: Encodable {
    var id: String
    var bank: String
    var identity: String
    var labels: [String]
    var note: String?
    var source: String
    var sourceReference: String?
    var proposer: String
    var approver: String?
    var state: String
    var stateReason: String?
    var createdAt: String
    var version: Int
    /// Only where one entry is asked for.
    var fingerprints: [WireFingerprint]?

    init(_ entry: BankEntry, fingerprints: FingerprintSet? = nil) {
        id = entry.id.text
        bank = entry.bank.text
        identity = entry.identity
        labels = entry.labels
        note = entry.note
        source = entry.provenance.source.rawValue
        sourceReference = entry.provenance.reference
        proposer = entry.proposer.text
        state = entry.state.name
        switch entry.state {
        case .proposed: break
        case .active(let activation): approver = activation.approver?.text
        case .suspended(let activation, let reason):
            approver = activation.approver?.text
            stateReason = reason
        case .retracted(let reason): stateReason = reason
        }
        createdAt = entry.createdAt.rfc3339
        version = entry.version
        self.fingerprints = fingerprints.map(WireFingerprint.list)
    }

    enum CodingKeys: String, CodingKey {
        case id, bank, identity, labels, note, source, proposer, approver, state, version, fingerprints
        case sourceReference = "source_reference"
        case stateReason = "state_reason"
        case createdAt = "created_at"
    }
}

/// A new entry by its fingerprints.
struct WireEntryCreation: WireInput {
    var fingerprints: [Strict<WireFingerprint>]
    var duration: Double?
    var labels: [String]?
    var note: String?
    var reference: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case fingerprints, duration, labels, note, reference
    }
    typealias Keys = CodingKeys
}

/// Why something is done.
struct WireReasonGiven: WireInput {
    var reason: String

    enum CodingKeys: String, CodingKey, CaseIterable { case reason }
    typealias Keys = CodingKeys
}

extension WireFingerprint: WireInput {
    enum CodingKeys: String, CodingKey, CaseIterable { case algorithm, version, value, quality, time }
    typealias Keys = CodingKeys
}
