public import Fingerprints
import HashIndex
public import Moderation
import Synchronization

/// What a lookup asks: the fingerprints of one piece of content, and further views of its picture.
public struct RecognitionQuery: Hashable, Sendable {
    /// Another view of a still image, looked up but never stored.
    public struct Variant: Hashable, Sendable {
        public var name: String
        public var hash: PDQHash
        /// 0 to 100, of this view: a transparent picture may have detail only on a background.
        public var quality: Int

        public init(name: String, hash: PDQHash, quality: Int) {
            self.name = name
            self.hash = hash
            self.quality = quality
        }
    }

    public var fingerprints: FingerprintSet
    public var variants: [Variant]

    public init(fingerprints: FingerprintSet, variants: [Variant] = []) {
        self.fingerprints = fingerprints
        self.variants = variants
    }
}

extension LiveIndex {
    /// Every entry of the platform's matched banks that the query is near to, by each bank's own thresholds; the nearest
    /// evidence for each entry and algorithm. Exact: nothing within a threshold is missed.
    public func recognise(
        _ query: RecognitionQuery, on platform: ID<Platform>
    ) throws(IndexUnavailable) -> [MatchSettlement.Raised] {
        if let reason = unavailability() { throw reason }
        guard let radius = tables.withLock({ $0.largestRadius(on: platform) }) else { return [] }
        let indexes = hashes.withLock { $0 }
        var findings = Findings()
        findings.addDigests(of: query.fingerprints, on: platform, in: self)
        if let pdq = query.fingerprints.pdq {
            findings.addStills(pdq, query.variants, radius: radius, on: platform, in: self, indexes.stills)
        }
        if let video = query.fingerprints.video {
            findings.addVideo(video, radius: radius, on: platform, in: self, indexes.frames)
        }
        if let audio = query.fingerprints.audio {
            findings.addAudio(audio, on: platform, in: self, indexes.sounds)
        }
        return findings.raised
    }

    /// The record and the bank of a signal, where the bank is of the platform and matched.
    func matched(_ signal: UInt32, on platform: ID<Platform>) -> (record: SignalRecord, bank: Bank)? {
        tables.withLock { tables in
            guard let record = tables.record(signal) else { return nil }
            let bank = tables.banks[Int(record.bank)]
            guard bank.platform == platform, bank.state.isMatched else { return nil }
            return (record, bank)
        }
    }
}

/// The nearest evidence for each entry and algorithm, gathered from all indexes.
struct Findings {
    private struct Key: Hashable {
        var entry: ID<BankEntry>
        var algorithm: FingerprintAlgorithm
    }

    private var order: [Key] = []
    private var best: [Key: MatchSettlement.Raised] = [:]

    var raised: [MatchSettlement.Raised] { order.compactMap { best[$0] } }

    /// Keeps the finding unless one as near is there already; `nearness` is better when smaller.
    mutating func add(_ record: SignalRecord, _ bank: Bank, _ evidence: MatchEvidence) {
        let key = Key(entry: record.entry, algorithm: evidence.algorithm)
        let finding = MatchSettlement.Raised(bank: bank, entry: record.entry, evidence: evidence)
        if let known = best[key] {
            if evidence.remoteness < known.evidence.remoteness { best[key] = finding }
        } else {
            order.append(key)
            best[key] = finding
        }
    }

    mutating func addDigests(of set: FingerprintSet, on platform: ID<Platform>, in index: LiveIndex) {
        for (algorithm, bytes) in [(FingerprintAlgorithm.sha256, set.sha256), (.md5, set.md5)] {
            guard let bytes else { continue }
            for signal in index.tables.withLock({ $0.signals(with: Digest(bytes)) }) {
                guard let (record, bank) = index.matched(signal, on: platform), record.algorithm == algorithm else {
                    continue
                }
                add(record, bank, MatchEvidence(algorithm: algorithm))
            }
        }
    }

    mutating func addStills(
        _ pdq: PDQFingerprint, _ variants: [RecognitionQuery.Variant], radius: Int, on platform: ID<Platform>,
        in index: LiveIndex, _ stills: HammingIndex
    ) {
        var hits: [HammingIndex.Hit] = []
        let upright = RecognitionQuery.Variant(name: "upright", hash: pdq.hash, quality: pdq.quality)
        for view in [upright] + variants {
            hits.removeAll(keepingCapacity: true)
            stills.lookup(view.hash.words, radius: radius, into: &hits)
            for hit in hits {
                guard let (record, bank) = index.matched(hit.slot, on: platform),
                    Int(hit.distance) <= bank.thresholds.pdqDistance, view.quality >= bank.thresholds.pdqQuality,
                    Int(record.quality) >= bank.thresholds.pdqQuality
                else { continue }
                add(
                    record, bank,
                    MatchEvidence(
                        algorithm: .pdq, distance: Double(hit.distance), queryQuality: view.quality,
                        bankedQuality: Int(record.quality), variant: view.name))
            }
        }
    }
}

extension MatchEvidence {
    /// Smaller is nearer; compared only within one algorithm.
    fileprivate var remoteness: Double {
        switch algorithm {
        case .md5, .sha256: 0
        case .pdq: distance ?? 256
        case .video: -ranges.reduce(0) { $0 + $1.matchedSeconds }
        case .audio: -ranges.reduce(0) { $0 + $1.matchedSeconds }
        }
    }
}
