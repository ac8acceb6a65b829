public import Fingerprints

/// One thing offered to the platform for publication.
public struct Content: Hashable, Sendable, Noun {
    public static let idPrefix = "con"

    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
        case image, video, audio
    }

    public var id: ID<Content>
    public var platform: ID<Platform>
    /// The platform's own id of the item, if it gave one.
    public var externalID: String?
    public var account: ID<Account>?
    public var createdAt: Timestamp
    public var version: Int
    /// What the media worker, or the submitter of fingerprints, said about it; absent until analysed.
    public var facts: ContentFacts?
    public var state: ContentState

    public init(
        id: ID<Content>, platform: ID<Platform>, externalID: String? = nil, account: ID<Account>? = nil,
        createdAt: Timestamp, version: Int = 1, facts: ContentFacts? = nil, state: ContentState = .submitted
    ) {
        self.id = id
        self.platform = platform
        self.externalID = externalID
        self.account = account
        self.createdAt = createdAt
        self.version = version
        self.facts = facts
        self.state = state
    }
}

/// What is known about the bytes.
public struct ContentFacts: Hashable, Sendable, Codable {
    public var kind: Content.Kind?
    /// The format by its usual lower-case name; absent where only fingerprints were submitted.
    public var format: String?
    public var bytes: Int?
    public var width: Int?
    public var height: Int?
    public var duration: MediaTime?
    /// What was not done, by stable codes: `frames_limit`, `no_audio`, `truncated_input` …
    public var notes: [String]

    public init(
        kind: Content.Kind? = nil, format: String? = nil, bytes: Int? = nil, width: Int? = nil, height: Int? = nil,
        duration: MediaTime? = nil, notes: [String] = []
    ) {
        self.kind = kind
        self.format = format
        self.bytes = bytes
        self.width = width
        self.height = height
        self.duration = duration
        self.notes = notes
    }
}

extension MediaTime: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}
