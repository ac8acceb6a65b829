public import Fingerprints
public import Matching
public import Moderation

/// Answers "what is this near?" without storing anything.
public struct LookUp: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// What the fingerprints are near to; refuses while the index cannot answer.
    public func matches(
        _ query: RecognitionQuery, by principal: Principal
    ) throws(Refusal) -> [MatchSettlement.Raised] {
        try principal.require(.lookup)
        do throws(IndexUnavailable) {
            return try installation.index.recognise(query, on: principal.platform)
        } catch {
            throw Refusal(.unavailable, code: "index_unavailable", error.message)
        }
    }
}
