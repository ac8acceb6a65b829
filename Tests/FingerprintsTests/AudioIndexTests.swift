import Fingerprints
import Testing

@Suite("Finding sounds among many")
struct AudioIndexTests {
    @Test("Noisy parts are found first of all, at their place", arguments: [0, 0.1, 0.15])
    func candidates(rate: Double) throws {
        var make = Synthetic(seed: 1)
        let index = AudioIndex()
        let songs = (0..<80).map { _ in make.words(400) }
        for (slot, song) in songs.enumerated() { index.insert(slot: UInt32(slot), AudioFingerprint(song)) }
        #expect(index.count == 80)
        for slot in stride(from: 0, to: 80, by: 7) {
            let query = AudioFingerprint(make.noisy(songs[slot][200..<320], rate: rate))
            let first = try #require(index.candidates(for: query, limit: 3).first)
            #expect(first.slot == UInt32(slot))
            #expect(abs(first.offset.seconds - 200 * AudioFingerprint.wordInterval) < 0.3)
            let banked = try #require(index.fingerprint(slot: first.slot))
            #expect(AudioComparison(query: query, banked: banked).verdict().isMatch)
        }
    }

    @Test("Many at once are filed as one by one")
    func bulk() {
        var make = Synthetic(seed: 2)
        let sounds = (0..<30).map { (slot: UInt32($0 * 3), fingerprint: AudioFingerprint(make.words(400))) }
        let (single, bulk) = (AudioIndex(), AudioIndex())
        for sound in sounds { single.insert(slot: sound.slot, sound.fingerprint) }
        bulk.insert(sounds)
        for sound in sounds {
            let query = AudioFingerprint(make.noisy(sound.fingerprint.words[100..<250], rate: 0.1))
            #expect(single.candidates(for: query, limit: 5) == bulk.candidates(for: query, limit: 5))
        }
    }

    @Test("Insertions, replacements and removals in any order answer as a list does", arguments: [3, 4, 5] as [UInt64])
    func random(seed: UInt64) {
        var make = Synthetic(seed: seed)
        let index = AudioIndex()
        var model: [UInt32: [UInt32]] = [:]
        for _ in 0..<200 {
            let slot = UInt32.random(in: 0..<40, using: &make.random)
            if Int.random(in: 0..<3, using: &make.random) == 0 {
                index.remove(slot: slot)
                model[slot] = nil
            } else {
                let words = make.words(.random(in: 0...300, using: &make.random))
                index.insert(slot: slot, AudioFingerprint(words))
                model[slot] = words
            }
        }
        #expect(index.count == model.count, "seed \(seed)")
        for slot in 0..<40 as Range<UInt32> {
            #expect(index.fingerprint(slot: slot)?.words == model[slot], "seed \(seed)")
            guard let words = model[slot], words.count > 100 else { continue }
            #expect(index.candidates(for: AudioFingerprint(words), limit: 1).first?.slot == slot, "seed \(seed)")
        }
    }

    @Test("A removed sound is not answered, before and after its postings are gone")
    func removal() {
        var make = Synthetic(seed: 6)
        let index = AudioIndex()
        let songs = (0..<100).map { _ in AudioFingerprint(make.words(900)) }
        for (slot, song) in songs.enumerated() { index.insert(slot: UInt32(slot), song) }
        let before = index.memoryBytes
        for slot in 1..<100 as Range<UInt32> {
            index.remove(slot: slot)
            guard slot % 15 == 1 else { continue }
            #expect(index.candidates(for: songs[Int(slot)]).allSatisfy { $0.slot != slot })
        }
        #expect(index.count == 1)
        #expect(index.memoryBytes < before / 2)
        #expect(index.candidates(for: songs[0]).map(\.slot) == [0])
    }

    @Test("Silence finds nothing")
    func silence() {
        let index = AudioIndex()
        let silence = AudioFingerprint([UInt32](repeating: 627_964_279, count: 500))
        index.insert(slot: 1, silence)
        #expect(index.candidates(for: silence).isEmpty)
        #expect(index.candidates(for: silence, limit: -1).isEmpty)
        #expect(index.candidates(for: AudioFingerprint([])).isEmpty)
    }

    @Test("The greatest words and slots have their places")
    func extremes() {
        var make = Synthetic(seed: 7)
        let index = AudioIndex()
        let words = make.words(300).map { $0 | 0xFFF0_0000 } + make.words(300).map { $0 & 0xFFFF }
        index.insert(slot: .max, AudioFingerprint(words))
        index.insert(slot: 0, AudioFingerprint(make.words(600)))
        #expect(index.candidates(for: AudioFingerprint(words)).first?.slot == .max)
    }

    @Test("Lookups go on while sounds come and go")
    func concurrency() async {
        var make = Synthetic(seed: 8)
        let songs = (0..<60).map { _ in AudioFingerprint(make.words(300)) }
        let index = AudioIndex()
        index.insert(slot: 0, songs[0])
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for slot in 1..<60 {
                    index.insert(slot: UInt32(slot), songs[slot])
                    if slot % 3 == 0 { index.remove(slot: UInt32(slot - 1)) }
                }
                return true
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<15 where index.candidates(for: songs[0], limit: 1).first?.slot != 0 { return false }
                    return true
                }
            }
            for await isFound in group { #expect(isFound) }
        }
        #expect(index.count == 41)
    }
}
