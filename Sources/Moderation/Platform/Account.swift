/// The platform's user, by the platform's opaque id and nothing more.
public struct Account: Hashable, Sendable, Noun {
    public static let idPrefix = "acc"

    public var id: ID<Account>
    public var platform: ID<Platform>
    public var externalID: String
    public var createdAt: Timestamp

    public init(id: ID<Account>, platform: ID<Platform>, externalID: String, createdAt: Timestamp) {
        self.id = id
        self.platform = platform
        self.externalID = externalID
        self.createdAt = createdAt
    }
}
