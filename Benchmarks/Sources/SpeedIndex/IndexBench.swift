import HashIndex

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What is stored: hashes without structure, of pictures of which three in ten are altered copies of another, or of
/// shots of 1 to 60 frames that drift a little.
enum StoredKind: String, CaseIterable {
    case random, picture, video
    /// Copies, up to 24 bits off, of one picture in 500 (or of the hashes in a file).
    case crowded
}

/// Builds one index and prints its rows.
struct IndexBench: ~Copyable {
    let name: String
    var index: HammingIndex
    let stored: [SIMD4<UInt64>]
    var source: PictureSource
    let clock = ContinuousClock()

    init(size: Int, kind: StoredKind, centres: [SIMD4<UInt64>]) {
        name = "\(size % 1_000_000 == 0 ? "\(size / 1_000_000)M" : "\(size / 1000)k"):\(kind.rawValue)"
        var source = PictureSource(seed: 42)
        var recent: [PictureSource.Picture] = []
        var stored: [SIMD4<UInt64>] = []
        stored.reserveCapacity(size)
        var shot: PictureSource.Picture = source.picture()
        var frames = 0
        var centres = centres
        if kind == .crowded, centres.isEmpty {
            centres = (0..<max(size / 500, 1)).map { _ in PictureSource.hash(of: source.picture()) }
        }
        for _ in 0..<size {
            switch kind {
            case .crowded: stored.append(source.flipped(centres[source.below(centres.count)], bits: source.below(25)))
            case .random: stored.append(source.random())
            case .picture:
                if recent.count == 2000, source.below(10) < 3 {
                    let copy = source.altered(recent[source.below(2000)], strength: Float(source.below(12)))
                    stored.append(PictureSource.hash(of: copy))
                } else {
                    let picture = source.picture()
                    stored.append(PictureSource.hash(of: picture))
                    if recent.count < 2000 { recent.append(picture) } else { recent[source.below(2000)] = picture }
                }
            case .video:
                if frames == 0 {
                    frames = 1 + Int(source.generator.next() % 60)
                    shot = source.picture()
                }
                frames -= 1
                shot = source.altered(shot, strength: 1.5)
                stored.append(PictureSource.hash(of: shot))
            }
        }
        let index = HammingIndex()
        Self.describe(stored, name)
        let before = residentBytes()
        let build = Effort.of { index.insert(StoredItems(hashes: stored)) }
        print(
            "HashIndex:Build:\(name)  \(build)  \(index.memoryBytes / size) bytes a hash"
                + "  (resident +\((residentBytes() - before) / size) bytes a hash)  segments \(index.segmentCount)")
        self.index = index
        self.stored = stored
        self.source = source
    }

    /// Prints how far apart unrelated hashes are: 128 ± 8 bits where all bits are independent.
    private static func describe(_ stored: [SIMD4<UInt64>], _ name: String) {
        var (sum, squares, least) = (0, 0, 256)
        let pairs = min(stored.count / 2, 100_000)
        for pair in 0..<pairs {
            let difference = stored[pair] ^ stored[stored.count - 1 - pair]
            let distance = (0..<4).reduce(0) { $0 + difference[$1].nonzeroBitCount }
            sum += distance
            squares += distance * distance
            least = min(least, distance)
        }
        let mean = Double(sum) / Double(pairs)
        let deviation = (Double(squares) / Double(pairs) - mean * mean).squareRoot()
        print(
            "\(name): \(pairs) pairs are \(Int(mean.rounded())) ± \(Double(Int(deviation * 100)) / 100) bits apart, at least \(least)"
        )
    }

    enum QueryKind: String, CaseIterable {
        case near, unrelated, random
    }

    mutating func queries(_ kind: QueryKind, count: Int) -> [SIMD4<UInt64>] {
        (0..<count).map { _ in
            let near = stored[Int(source.generator.next() % UInt64(stored.count))]
            switch kind {
            case .near: return source.flipped(near, bits: Int(source.generator.next() % 41))
            case .unrelated: return PictureSource.hash(of: source.picture())
            case .random: return source.random()
            }
        }
    }

    mutating func measureLookups(radii: [Int]) {
        for radius in radii {
            let scan = scanTime(radius: radius)
            for kind in QueryKind.allCases {
                let queries = queries(kind, count: radius > 40 ? 200 : 2000)
                var hits: [HammingIndex.Hit] = []
                var found = 0
                var times: [Duration] = []
                for query in queries {
                    hits.removeAll(keepingCapacity: true)
                    times.append(clock.measure { index.lookup(query, radius: radius, into: &hits) })
                    found += hits.count
                }
                times.sort()
                let median = times[times.count / 2]
                print(
                    "HashIndex:Lookup:\(name):\(kind.rawValue):r\(radius)  median \(microseconds(median)) µs"
                        + "  p99 \(microseconds(times[times.count * 99 / 100])) µs  scan \(microseconds(scan)) µs"
                        + "  \(Int(scan / median)) times faster  hits \(found)")
            }
        }
    }

    /// Stops where a lookup differs from a plain loop over everything stored.
    mutating func verify(radii: [Int]) {
        for radius in radii {
            for query in queries(.near, count: 3) {
                var hits: [HammingIndex.Hit] = []
                index.lookup(query, radius: radius, into: &hits)
                var expected: [HammingIndex.Hit] = []
                for slot in stored.indices {
                    let difference = stored[slot] ^ query
                    let distance =
                        difference[0].nonzeroBitCount + difference[1].nonzeroBitCount
                        + difference[2].nonzeroBitCount + difference[3].nonzeroBitCount
                    if distance <= radius { expected.append(.init(slot: UInt32(slot), distance: UInt16(distance))) }
                }
                hits.sort { $0.slot < $1.slot }
                precondition(hits == expected, "a lookup at radius \(radius) differs from a plain scan")
            }
        }
    }

    /// The least time of nine scans of everything stored, by the index's own kernel (radius 65 is beyond its tables).
    mutating func scanTime(radius: Int) -> Duration {
        var times: [Duration] = []
        var hits: [HammingIndex.Hit] = []
        for query in queries(.random, count: 9) {
            hits.removeAll(keepingCapacity: true)
            times.append(clock.measure { index.lookup(query, radius: 65, into: &hits) })
        }
        return times.min() ?? .zero
    }
}

func microseconds(_ duration: Duration) -> String {
    let tenths = Int(duration / .nanoseconds(100))
    return "\(tenths / 10).\(tenths % 10)"
}

/// What something took: the wall's time, and the processor's, which other programs do not change.
struct Effort: CustomStringConvertible {
    var wall: Duration
    var processor: Duration

    static func of(_ body: () throws -> Void) rethrows -> Effort {
        let before = processorTime()
        let wall = try ContinuousClock().measure(body)
        return Effort(wall: wall, processor: processorTime() - before)
    }

    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    var description: String {
        "\(Int(wall / .milliseconds(1))) ms (\(Int(processor / .milliseconds(1))) ms of processor)"
    }
}

/// The memory of this process that is resident, or 0 where the system does not say.
func residentBytes() -> Int {
    #if canImport(Glibc)
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var (total, resident) = (0, 0)
        return withUnsafeMutablePointer(to: &total) { total in
            withUnsafeMutablePointer(to: &resident) { resident in
                withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) } == 2 ? resident.pointee * 4096 : 0
            }
        }
    #else
        return 0
    #endif
}
