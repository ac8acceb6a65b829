import Synchronization

/// Finds which of many banked sounds may share a stretch with a query, without comparing it with each.
///
/// Every telling word of a banked sound is filed under its upper 20 bits. A query's words are looked up as they are and
/// with each of the 20 bits turned, and vote for a sound and an offset. What `candidates` answers is a short list for
/// `AudioComparison` to judge. It is not exact: a sound that lasts 10 s and differs in a fifth of its bits, evenly
/// spread, is missed now and then; one that differs in a tenth is not.
///
/// Cost: 8 bytes for each word of sound in postings and 4 in the sound itself, about 6 kB a minute. A lookup costs 21
/// probes for each telling word and a step for each posting found. Keys that very many sounds have are skipped, and
/// where chance alone would find more than some 400,000 postings, fewer bits are turned and then words left out: ask
/// about a long query in parts.
///
/// Safe to use from many threads at once: lookups see a sound entirely or not at all, and wait for no insertion longer
/// than it takes to publish the result.
public final class AudioIndex: Sendable {
    /// A banked sound that may share a stretch with the query.
    public struct Candidate: Hashable, Sendable {
        /// The caller's number for the sound.
        public var slot: UInt32
        /// The time in the banked sound of the start of the query, to about 0.1 s.
        public var offset: MediaTime
        /// How many words agree at that offset: 2 for each that agrees fully and 1 for each that differs in one bit.
        public var votes: Int

        public init(slot: UInt32, offset: MediaTime, votes: Int) {
            self.slot = slot
            self.offset = offset
            self.votes = votes
        }
    }

    private struct State: Sendable {
        /// The larger the earlier.
        var segments: [AudioPostings] = []
        /// By ordinal, in the order of insertion; `nil` where the sound was removed.
        var sounds: [Sound?] = []
        var ordinals: [UInt32: Int] = [:]
        var removedWords = 0
        var words = 0
    }

    private struct Sound: Sendable {
        var slot: UInt32
        var fingerprint: AudioFingerprint
    }

    private let state = Mutex(State())
    /// Held by the one that changes the segments.
    private let writing = Mutex<Void>(())

    /// An empty index.
    public init() {}

    /// How many sounds there are.
    public var count: Int { state.withLock { $0.ordinals.count } }

    /// The memory of postings and words, in bytes; an estimate.
    public var memoryBytes: Int {
        state.withLock { state in state.segments.reduce(state.words * 4) { $0 + $1.memoryBytes } }
    }

    /// The sound in a slot.
    public func fingerprint(slot: UInt32) -> AudioFingerprint? {
        state.withLock { state in state.ordinals[slot].flatMap { state.sounds[$0]?.fingerprint } }
    }

    /// Files a sound under a slot, in place of what was there. Of a sound of more than 9 hours the rest is not found.
    ///
    /// Answers `false`, and does nothing, after 67 million insertions.
    @discardableResult
    public func insert(slot: UInt32, _ fingerprint: AudioFingerprint) -> Bool {
        insert(CollectionOfOne((slot: slot, fingerprint: fingerprint)))
    }

    /// Files many sounds at once, which is cheaper than one by one. Of two with one slot the later stays.
    ///
    /// Answers `false`, and does nothing, where that would make more than 67 million insertions.
    @discardableResult
    public func insert(_ sounds: some Collection<(slot: UInt32, fingerprint: AudioFingerprint)>) -> Bool {
        writing.withLock { _ in
            let first = state.withLock { $0.sounds.count }
            guard sounds.count <= AudioPostings.maximumSounds - first else { return false }
            let postings = AudioPostings(sounds.lazy.map(\.fingerprint), firstOrdinal: first)
            var segments = state.withLock { $0.segments }
            segments.append(postings)
            let published = merged(segments)
            state.withLock { state in
                for (slot, fingerprint) in sounds {
                    Self.forget(slot, &state)
                    state.ordinals[slot] = state.sounds.count
                    state.sounds.append(Sound(slot: slot, fingerprint: fingerprint))
                    state.words += fingerprint.words.count
                }
                state.segments = published
            }
            return true
        }
    }

    /// Forgets the sound in a slot, if there is one.
    public func remove(slot: UInt32) {
        writing.withLock { _ in
            let isMostlyDead = state.withLock { state in
                Self.forget(slot, &state)
                return state.removedWords > state.words + 65536
            }
            guard isMostlyDead else { return }
            let (segments, isLive) = state.withLock { ($0.segments, $0.sounds.map { $0 != nil }) }
            let published = segments.dropFirst().reduce(segments.first) { AudioPostings($0, $1, isLive: isLive) }
            state.withLock { state in
                state.segments = published.map { [$0] } ?? []
                state.removedWords = 0
            }
        }
    }

    /// The sounds with the most agreeing words at one offset, best first; at most `limit`, and none with fewer than 2
    /// votes.
    ///
    /// Each sound is answered once, with its best offset. Candidates are for `AudioComparison` to judge.
    public func candidates(for query: AudioFingerprint, limit: Int = 32) -> [Candidate] {
        guard limit > 0 else { return [] }
        let segments = state.withLock { $0.segments }
        var votes = AudioVotes(query: query, postings: segments.reduce(0) { $0 + $1.count })
        for segment in segments { votes.add(segment) }
        // Removed sounds take places until their postings go, so more are ranked than asked for.
        let ranked = votes.ranked()
        return state.withLock { state in
            var candidates: [Candidate] = []
            for vote in ranked {
                guard candidates.count < limit else { break }
                guard let sound = state.sounds[vote.ordinal] else { continue }
                candidates.append(
                    Candidate(
                        slot: sound.slot,
                        offset: MediaTime(seconds: Double(vote.offset) * AudioFingerprint.wordInterval),
                        votes: vote.votes))
            }
            return candidates
        }
    }

    private static func forget(_ slot: UInt32, _ state: inout State) {
        guard let ordinal = state.ordinals.removeValue(forKey: slot), let sound = state.sounds[ordinal] else { return }
        state.words -= sound.fingerprint.words.count
        state.removedWords += sound.fingerprint.words.count
        state.sounds[ordinal] = nil
    }

    /// Merges the last segments until each is more than twice as large as the next.
    private func merged(_ segments: [AudioPostings]) -> [AudioPostings] {
        var segments = segments
        while segments.count >= 2, segments[segments.count - 2].count <= 2 * segments[segments.count - 1].count {
            let last = segments.removeLast()
            let previous = segments.removeLast()
            segments.append(AudioPostings(previous, last, isLive: nil))
        }
        return segments
    }
}
