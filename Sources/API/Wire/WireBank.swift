import Moderation

struct WireBank: Encodable {
    var id: String
    var name: String
    var purpose: String
    var harm: String?
    var thresholds: MatchThresholds.Wire
    var rolloutRatio: Double
    var approval: String
    var state: String
    var createdAt: String
    var version: Int
    /// How many entries are in each state; only where one bank is asked for.
    var entries: [String: Int]?

    init(_ bank: Bank, entries: [String: Int]? = nil) {
        id = bank.id.text
        name = bank.name.text
        purpose = bank.purpose.rawValue
        harm = bank.harm
        thresholds = MatchThresholds.Wire(bank.thresholds)
        rolloutRatio = bank.rolloutRatio
        approval = bank.approval.rawValue
        state = bank.state.rawValue
        createdAt = bank.createdAt.rfc3339
        version = bank.version
        self.entries = entries
    }

    enum CodingKeys: String, CodingKey {
        case id, name, purpose, harm, thresholds, approval, state, version, entries
        case rolloutRatio = "rollout_ratio"
        case createdAt = "created_at"
    }
}

extension MatchThresholds {
    /// Thresholds as they travel; what is left out keeps its value.
    struct Wire: Codable {
        var pdqDistance: Int?
        var pdqQuality: Int?
        var videoSeconds: Double?
        var videoShare: Double?
        var audioErrorRate: Double?
        var audioSeconds: Double?

        init(_ thresholds: MatchThresholds) {
            pdqDistance = thresholds.pdqDistance
            pdqQuality = thresholds.pdqQuality
            videoSeconds = thresholds.videoSeconds
            videoShare = thresholds.videoShare
            audioErrorRate = thresholds.audioErrorRate
            audioSeconds = thresholds.audioSeconds
        }

        /// These thresholds, with those of `base` where nothing is said.
        func over(_ base: MatchThresholds) -> MatchThresholds {
            MatchThresholds(
                pdqDistance: pdqDistance ?? base.pdqDistance, pdqQuality: pdqQuality ?? base.pdqQuality,
                videoSeconds: videoSeconds ?? base.videoSeconds, videoShare: videoShare ?? base.videoShare,
                audioErrorRate: audioErrorRate ?? base.audioErrorRate, audioSeconds: audioSeconds ?? base.audioSeconds)
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case pdqDistance = "pdq_distance"
            case pdqQuality = "pdq_quality"
            case videoSeconds = "video_seconds"
            case videoShare = "video_share"
            case audioErrorRate = "audio_error_rate"
            case audioSeconds = "audio_seconds"
        }
    }
}

extension MatchThresholds.Wire: WireInput {
    typealias Keys = CodingKeys
}

/// What a new bank is asked to be.
struct WireBankCreation: WireInput {
    var name: String
    var purpose: BankPurpose
    var harm: String?
    var thresholds: Strict<MatchThresholds.Wire>?
    var rolloutRatio: Double?
    var approval: BankApproval?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, purpose, harm, thresholds, approval
        case rolloutRatio = "rollout_ratio"
    }
    typealias Keys = CodingKeys

    /// The domain's form. The purpose says how many people an entry needs, unless the caller does.
    func creation() throws(Refusal) -> BankCreation {
        guard let name = BankName(name) else {
            throw Refusal(
                .invalid, code: "invalid_name",
                "A bank's name has 1 to 64 ASCII letters, digits, - and _, a letter or digit first.")
        }
        return BankCreation(
            name: name, purpose: purpose, harm: harm,
            thresholds: thresholds?.value.over(MatchThresholds()) ?? MatchThresholds(), rolloutRatio: rolloutRatio ?? 1,
            approval: approval ?? purpose.usualApproval)
    }
}

/// What is to change about a bank.
struct WireBankChange: WireInput {
    var state: BankState?
    var thresholds: Strict<MatchThresholds.Wire>?
    var rolloutRatio: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case state, thresholds
        case rolloutRatio = "rollout_ratio"
    }
    typealias Keys = CodingKeys
}
