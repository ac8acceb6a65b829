import Fingerprints
import Moderation

extension Findings {
    /// Finds the banked sounds that share enough words with the query, and compares them over their aligned ranges.
    mutating func addAudio(
        _ query: AudioFingerprint, on platform: ID<Platform>, in index: LiveIndex, _ sounds: AudioIndex
    ) {
        for candidate in sounds.candidates(for: query, limit: Self.soundCandidates) {
            guard let (record, bank) = index.matched(candidate.slot, on: platform),
                let banked = sounds.fingerprint(slot: candidate.slot)
            else { continue }
            let thresholds = AudioThresholds(bank.thresholds)
            let comparison = AudioComparison(query: query, banked: banked, thresholds: thresholds)
            guard comparison.verdict(thresholds).isMatch else { continue }
            add(record, bank, MatchEvidence(comparison))
        }
    }

    /// As many banked sounds as one query is compared with, the ones that share most with it.
    private static let soundCandidates = 64
}

extension AudioThresholds {
    fileprivate init(_ thresholds: MatchThresholds) {
        self.init()
        maximumBitErrorRate = thresholds.audioErrorRate
        minimumSeconds = thresholds.audioSeconds
    }
}

extension MatchEvidence {
    fileprivate init(_ comparison: AudioComparison) {
        self.init(
            algorithm: .audio, bitErrorRate: comparison.bitErrorRate, queryCoverage: comparison.queryCoverage,
            bankedCoverage: comparison.bankedCoverage,
            ranges: comparison.ranges.map { AlignedSpan($0) { distance in distance / 32 } })
    }
}
