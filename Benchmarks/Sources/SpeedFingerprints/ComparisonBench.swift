import Fingerprints

func timeVideo() {
    var random = BenchGenerator(seed: 1)
    for (name, shot) in [("cuts", 1...8), ("still shots", 20...60)] as [(String, ClosedRange<Int>)] {
        let hour = film(seconds: 3600, shot: shot, &random)
        let copy = VideoFingerprint(hour.frames.map { near($0.hash, bits: 10, &random) })
        let other = film(seconds: 3600, shot: shot, &random)
        let clip = VideoFingerprint(hour.frames[1000..<1060].map { near($0.hash, bits: 10, &random) })
        for (what, query) in [("copy", copy), ("unrelated", other), ("clip of 60 s", clip)] {
            var comparison = VideoComparison(query: query, banked: hour)
            let time = median(runs: 31) { comparison = VideoComparison(query: query, banked: hour) }
            print(
                "Video:Compare:1h:\(name):\(what)  \(text(time / 1000, decimals: 2)) ms"
                    + "  ranges \(comparison.ranges.count)  matched \(text(comparison.matchedSeconds)) s"
                    + "  coverage \(text(comparison.queryCoverage, decimals: 2))")
        }
    }
    for hours in [1, 24] {
        let still = VideoFingerprint(
            (0..<3600 * hours).map { _ in near(PDQHash(words: SIMD4(1, 2, 3, 4)), bits: 4, &random) })
        var comparison = VideoComparison(query: still, banked: still)
        let time = median(runs: 3) { comparison = VideoComparison(query: still, banked: still) }
        print(
            "Video:Compare:\(hours)h:standing still  \(text(time / 1000)) ms  ranges \(comparison.ranges.count)"
                + "  coverage \(text(comparison.queryCoverage, decimals: 2))")
    }
    let day = film(seconds: 86_400, shot: 1...8, &random)
    let copy = VideoFingerprint(day.frames.map { near($0.hash, bits: 10, &random) })
    var comparison = VideoComparison(query: copy, banked: day)
    let time = median(runs: 3) { comparison = VideoComparison(query: copy, banked: day) }
    print(
        "Video:Compare:24h:cuts:copy  \(text(time / 1000)) ms  ranges \(comparison.ranges.count)"
            + "  coverage \(text(comparison.queryCoverage, decimals: 2))")
}

func timeAudio() {
    var random = BenchGenerator(seed: 2)
    let songs = (0..<5000).map { index in (slot: UInt32(index), fingerprint: sound(words: 1450, &random)) }
    let index = AudioIndex()
    let build = median(runs: 1) {
        for song in songs { index.insert(slot: song.slot, song.fingerprint) }
    }
    print(
        "Audio:Insert:5000 songs  \(text(build / 1000)) ms one by one  \(index.memoryBytes / 5000) bytes a song of 3 min"
    )
    for seconds in [10, 30, 180] {
        let count = Int(Double(seconds) / AudioFingerprint.wordInterval)
        let query = AudioFingerprint(
            words: songs[77].fingerprint.words.dropFirst(5).prefix(count).map { noisy($0, 0.1, &random) },
            duration: .zero)
        let strange = sound(words: count, &random)
        var found: [AudioIndex.Candidate] = []
        let known = median(runs: 21) { found = index.candidates(for: query) }
        let unknown = median(runs: 21) { _ = index.candidates(for: strange) }
        let compare = median(runs: 21) { _ = AudioComparison(query: query, banked: songs[77].fingerprint) }
        print(
            "Audio:Lookup:5000 songs:\(seconds) s  known \(text(known)) µs (first \(found.first?.slot ?? 0), votes"
                + " \(found.first?.votes ?? 0), next \(found.dropFirst().first?.votes ?? 0))  unknown \(text(unknown)) µs"
                + "  compare \(text(compare)) µs")
    }
    let hours = (sound(words: 29_079, &random), sound(words: 29_079, &random))
    let time = median(runs: 11) { _ = AudioComparison(query: hours.0, banked: hours.1) }
    print("Audio:Compare:1h:unrelated  \(text(time / 1000, decimals: 2)) ms")
}

private func film(seconds: Int, shot: ClosedRange<Int>, _ random: inout BenchGenerator) -> VideoFingerprint {
    var hashes: [PDQHash] = []
    while hashes.count < seconds {
        var frame = PDQHash(words: SIMD4(random.next(), random.next(), random.next(), random.next()))
        for _ in 0..<Int.random(in: shot, using: &random) {
            hashes.append(frame)
            frame = near(frame, bits: 12, &random)
        }
    }
    return VideoFingerprint(hashes)
}

private func near(_ hash: PDQHash, bits: Int, _ random: inout BenchGenerator) -> PDQHash {
    var words = hash.words
    for _ in 0..<bits {
        let bit = Int(random.next() & 255)
        words[bit >> 6] ^= 1 << UInt64(bit & 63)
    }
    return PDQHash(words: words)
}

private func sound(words count: Int, _ random: inout BenchGenerator) -> AudioFingerprint {
    let words = (0..<count).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    return AudioFingerprint(words: words, duration: .zero)
}

private func noisy(_ word: UInt32, _ rate: Float, _ random: inout BenchGenerator) -> UInt32 {
    (0..<32).reduce(word) { random.unit() < rate ? $0 ^ 1 << UInt32($1) : $0 }
}

extension VideoFingerprint {
    fileprivate init(_ hashes: [PDQHash]) {
        let frames = hashes.enumerated().map {
            VideoFrame(
                number: $0.offset, time: MediaTime(milliseconds: Int64($0.offset) * 1000), hash: $0.element, quality: 90
            )
        }
        self.init(frames: frames, duration: MediaTime(milliseconds: Int64(hashes.count) * 1000))
    }
}
