/// A service that is protected. Every row belongs to one, and no query crosses them.
public struct Platform: Hashable, Sendable, Noun {
    public static let idPrefix = "plt"

    public var id: ID<Platform>
    /// The name that the operator gave it, unique in one installation.
    public var name: String
    public var createdAt: Timestamp

    public init(id: ID<Platform>, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}
