/// A page of a list, and where the next one begins.
public struct Page<Item: Codable & Hashable & Sendable>: Hashable, Sendable, Codable {
    public var items: [Item]
    /// The value of `after` that continues the list; absent on the last page.
    public var next: String?
}
