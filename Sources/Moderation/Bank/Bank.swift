/// A curated set of known things with one purpose.
public struct Bank: Hashable, Sendable, Noun {
    public static let idPrefix = "bnk"

    public var id: ID<Bank>
    public var platform: ID<Platform>
    /// Unique on the platform: 1 to 64 letters, digits, `-` and `_`.
    public var name: BankName
    public var purpose: BankPurpose
    /// The harm that it is about, a code of the platform's taxonomy: `tvec.branded`.
    public var harm: String?
    public var thresholds: MatchThresholds
    /// The share, 0 to 1, of submissions on which its matches take effect; on the others they are recorded only.
    public var rolloutRatio: Double
    /// Whether an entry takes effect only when a second person approves it.
    public var approval: BankApproval
    public var state: BankState
    public var createdAt: Timestamp
    public var version: Int

    public init(
        id: ID<Bank>, platform: ID<Platform>, name: BankName, purpose: BankPurpose, harm: String? = nil,
        thresholds: MatchThresholds = MatchThresholds(), rolloutRatio: Double = 1, approval: BankApproval,
        state: BankState = .draft, createdAt: Timestamp, version: Int = 1
    ) {
        self.id = id
        self.platform = platform
        self.name = name
        self.purpose = purpose
        self.harm = harm
        self.thresholds = thresholds
        self.rolloutRatio = rolloutRatio
        self.approval = approval
        self.state = state
        self.createdAt = createdAt
        self.version = version
    }
}

/// A bank's name: 1 to 64 ASCII letters, digits, `-` and `_`, a letter or digit first.
public struct BankName: Hashable, Sendable, Codable, CustomStringConvertible {
    public let text: String

    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        self.text = text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    public var description: String { text }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let name = BankName(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "Not a bank name")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// What a bank is for, and so what its matches do.
public enum BankPurpose: String, CaseIterable, Hashable, Sendable, Codable {
    /// A match declines the upload.
    case enforce
    /// A match holds the upload for a person.
    case review
    /// A match is noted; the upload is published.
    case watch
    /// A match says that the thing is known to be harmless, and suppresses the matches of other banks.
    case benign
    /// Matches are recorded and do nothing.
    case test

    /// The outcome that a match asks for, if any.
    public var outcome: Verdict.Outcome? {
        switch self {
        case .enforce: .decline
        case .review: .hold
        case .watch: .watch
        case .benign, .test: nil
        }
    }
}

extension BankPurpose {
    /// Two people where one entry can take an upload down or let one through that other banks decline.
    public var usualApproval: BankApproval {
        switch self {
        case .enforce, .benign: .second
        case .review, .watch, .test: .single
        }
    }
}

/// How many people an entry needs before it takes effect.
public enum BankApproval: String, CaseIterable, Hashable, Sendable, Codable {
    /// The proposer alone.
    case single
    /// The proposer and another person or key.
    case second
}
