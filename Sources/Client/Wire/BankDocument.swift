/// A bank as the server describes it.
public struct BankDocument: Hashable, Sendable, Codable {
    public var id: String
    public var name: String
    /// `enforce`, `review`, `watch`, `benign` or `test`.
    public var purpose: String
    public var harm: String?
    public var thresholds: Thresholds
    /// The share, 0 to 1, of submissions on which matches take effect.
    public var rolloutRatio: Double
    /// `single` or `second`.
    public var approval: String
    /// `draft`, `shadow`, `live`, `paused` or `archived`.
    public var state: String
    public var createdAt: String
    public var version: Int
    /// How many entries are in each state; only where one bank is asked for.
    public var entries: [String: Int]?

    enum CodingKeys: String, CodingKey {
        case id, name, purpose, harm, thresholds, approval, state, version, entries
        case rolloutRatio = "rollout_ratio"
        case createdAt = "created_at"
    }
}

/// How near is near enough; what is absent keeps the server's value.
public struct Thresholds: Hashable, Sendable, Codable {
    public var pdqDistance: Int?
    public var pdqQuality: Int?
    public var videoSeconds: Double?
    public var videoShare: Double?
    public var audioErrorRate: Double?
    public var audioSeconds: Double?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case pdqDistance = "pdq_distance"
        case pdqQuality = "pdq_quality"
        case videoSeconds = "video_seconds"
        case videoShare = "video_share"
        case audioErrorRate = "audio_error_rate"
        case audioSeconds = "audio_seconds"
    }
}

/// What a new bank is to be.
public struct NewBank: Hashable, Sendable, Codable {
    public var name: String
    public var purpose: String
    public var harm: String?
    public var thresholds: Thresholds?
    public var rolloutRatio: Double?
    public var approval: String?

    public init(
        name: String, purpose: String, harm: String? = nil, thresholds: Thresholds? = nil, rolloutRatio: Double? = nil,
        approval: String? = nil
    ) {
        self.name = name
        self.purpose = purpose
        self.harm = harm
        self.thresholds = thresholds
        self.rolloutRatio = rolloutRatio
        self.approval = approval
    }

    enum CodingKeys: String, CodingKey {
        case name, purpose, harm, thresholds, approval
        case rolloutRatio = "rollout_ratio"
    }
}

/// What is to change about a bank.
public struct BankChange: Hashable, Sendable, Codable {
    public var state: String?
    public var thresholds: Thresholds?
    public var rolloutRatio: Double?

    public init(state: String? = nil, thresholds: Thresholds? = nil, rolloutRatio: Double? = nil) {
        self.state = state
        self.thresholds = thresholds
        self.rolloutRatio = rolloutRatio
    }

    enum CodingKeys: String, CodingKey {
        case state, thresholds
        case rolloutRatio = "rollout_ratio"
    }
}
