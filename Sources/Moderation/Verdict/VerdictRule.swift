/// How matches become a verdict, until published rules take over: the bank's purpose decides, the most restrictive wins.
public enum VerdictRule {
    /// The verdict on matches whose states are settled (see `MatchSettlement`).
    public static func verdict(on matches: [Match], banks: [ID<Bank>: Bank], at now: Timestamp) -> Verdict {
        var reasons: [(outcome: Verdict.Outcome, reason: Verdict.Reason)] = []
        for match in matches {
            guard let bank = banks[match.bank] else {
                let message = "A matched bank is not known here any more; a person has to look."
                reasons.append(
                    (.hold, Verdict.Reason(code: "bank_unknown", message: message, bank: match.bank)))
                continue
            }
            switch match.state {
            case .open:
                guard let outcome = bank.purpose.outcome else { continue }
                let message = "It matches a known item of the bank “\(bank.name)”: \(match.evidence.summary)."
                reasons.append(
                    (
                        outcome,
                        Verdict.Reason(code: "matched", message: message, bank: match.bank, entry: match.entry)
                    ))
            case .suppressed, .shadow:
                continue
            }
        }
        let outcome = reasons.map(\.outcome).max() ?? .allow
        let ordered = reasons.enumerated().sorted { left, right in
            left.element.outcome != right.element.outcome
                ? left.element.outcome > right.element.outcome : left.offset < right.offset
        }
        return Verdict(outcome: outcome, reasons: ordered.map(\.element.reason), decidedAt: now)
    }

    /// Codes of an analysis that did not see or hear all that a viewer may: what it found stands, but that it found nothing
    /// says nothing.
    private static let unseen: Set<String> = [
        "animation_not_read", "audio_limit", "audio_undecodable", "frames_gap", "further_streams", "no_frames",
        "pictures_limit", "time_limit", "video_undecodable",
    ]

    /// A verdict on what was only seen in part: at least the fail mode's, since what was not seen is not clear.
    public static func verdict(_ verdict: Verdict, notes: [String], failMode: FailMode) -> Verdict {
        let gaps = notes.filter { unseen.contains($0) }
        guard !gaps.isEmpty, verdict.outcome < failMode.outcome else { return verdict }
        let message = "Only a part of it could be analysed: \(gaps.joined(separator: ", "))."
        return Verdict(
            outcome: failMode.outcome,
            reasons: [Verdict.Reason(code: "analysis_incomplete", message: message)] + verdict.reasons,
            decidedAt: verdict.decidedAt)
    }

    /// The verdict where nothing could be said. Unknown is never "clear": without the operator's explicit choice it is `hold`.
    public static func verdict(
        unknownBecause code: String, _ message: String, failMode: FailMode, at now: Timestamp
    ) -> Verdict {
        Verdict(
            outcome: failMode.outcome, reasons: [Verdict.Reason(code: code, message: message)], decidedAt: now)
    }
}

/// What a platform wants when the index, a worker or a decoder cannot answer.
public enum FailMode: String, CaseIterable, Hashable, Sendable, Codable {
    case hold, decline, allow

    public var outcome: Verdict.Outcome {
        switch self {
        case .hold: .hold
        case .decline: .decline
        case .allow: .allow
        }
    }
}
