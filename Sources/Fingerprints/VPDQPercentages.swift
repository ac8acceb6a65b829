/// How much of each side the other has by the vPDQ rule, which looks at frames and not at their order.
///
/// Each side's frames of enough quality count once per distinct hash; a frame is matched if any of the other side's is
/// near enough.
///
/// Source: vPDQ in Meta's ThreatExchange repository.
public struct VPDQPercentages: Hashable, Sendable {
    /// Of the query's frames, 0 to 100; 0 if none has the quality.
    public var query: Double
    /// Of the banked video's frames, 0 to 100; 0 if none has the quality.
    public var banked: Double

    public init(
        query: VideoFingerprint, banked: VideoFingerprint, minimumQuality: Int = 50, maximumDistance: Int = 31
    ) {
        let queryHashes = Array(Set(query.frames.lazy.filter { $0.quality >= minimumQuality }.map(\.hash)))
        let bankedHashes = Array(Set(banked.frames.lazy.filter { $0.quality >= minimumQuality }.map(\.hash)))
        self.query = Self.percentage(of: queryHashes, in: bankedHashes, maximumDistance: maximumDistance)
        self.banked = Self.percentage(of: bankedHashes, in: queryHashes, maximumDistance: maximumDistance)
    }

    /// Whether either percentage reaches its threshold; vPDQ's documents and its defaults disagree on the side.
    public func reaches(query: Double = 80, banked: Double = 80) -> Bool {
        self.query >= query || self.banked >= banked
    }

    private static func percentage(of hashes: [PDQHash], in others: [PDQHash], maximumDistance: Int) -> Double {
        guard !hashes.isEmpty else { return 0 }
        let matched = hashes.count { hash in others.contains { hash.distance(to: $0) <= maximumDistance } }
        return Double(matched) * 100 / Double(hashes.count)
    }
}
