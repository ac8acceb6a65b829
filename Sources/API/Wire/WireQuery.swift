import Fingerprints
import Moderation

/// Fingerprints to look up.
struct WireLookup: WireInput {
    var fingerprints: [Strict<WireFingerprint>]
    /// The video's or the sound's length in seconds.
    var duration: Double?

    enum CodingKeys: String, CodingKey, CaseIterable { case fingerprints, duration }
    typealias Keys = CodingKeys
}

/// Content that is offered by its fingerprints alone.
struct WireSubmission: WireInput {
    var fingerprints: [Strict<WireFingerprint>]
    var duration: Double?
    var kind: Content.Kind?
    var externalID: String?
    var accountID: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case fingerprints, duration, kind
        case externalID = "external_id"
        case accountID = "account_id"
    }
    typealias Keys = CodingKeys
}

/// What a lookup found.
struct WireLookupAnswer: Encodable {
    /// `matched` or `clear`; where the index cannot say, the answer is a problem with status 503.
    var status: String
    var matches: [WireMatch]
    /// The number of the last change to the banks that the answer takes into account.
    var indexSequence: Int64

    enum CodingKeys: String, CodingKey {
        case status, matches
        case indexSequence = "index_sequence"
    }
}
