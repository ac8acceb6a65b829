import Fingerprints
public import Matching
public import Moderation

/// Answers "what is this near?" without storing anything.
public struct LookUp: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// What a lookup found.
    public struct Answer: Hashable, Sendable {
        public var matches: [Found]
        /// The number of the last change to the banks that the answer takes into account.
        public var sequence: Int64
    }

    /// One match, and what it would come to for content inside every bank's rollout.
    public struct Found: Hashable, Sendable {
        public var raised: MatchSettlement.Raised
        public var state: MatchState
    }

    /// What the fingerprints are near to; refuses while the index cannot answer.
    public func matches(_ query: RecognitionQuery, by principal: Principal) throws(Refusal) -> Answer {
        try principal.require(.lookup)
        guard !query.fingerprints.isEmpty else {
            throw Refusal(.invalid, code: "no_fingerprints", "A lookup needs at least one fingerprint.")
        }
        let sequence = installation.index.sequence
        do throws(IndexUnavailable) {
            let raised = try installation.index.recognise(query, on: principal.platform)
            let states = MatchSettlement.settle(raised, rolloutDraw: 0)
            return Answer(
                matches: zip(raised, states).map { Found(raised: $0, state: $1) }, sequence: sequence)
        } catch {
            throw Refusal(.unavailable, code: "index_unavailable", error.message)
        }
    }
}
