import CHamming

/// The head of a snapshot: what the file holds, in which order, and the checksum of each part.
///
/// All numbers are 64-bit words of the machine's byte order. Words 0…7: magic, byte-order mark, format, length of the
/// manifest and of the file in bytes, origin, sequence, 0. Words 8…14: segments, liveness pages, tail rows, and
/// the checksums of pages and tail. Then nine words a segment, one a page number, zeros, and in the last two words the
/// checksum of the manifest with these two as zeros. The manifest is followed by the pages, the tail and the segments,
/// each padded to 64 bytes.
struct SnapshotManifest: Equatable, Sendable {
    typealias Sum = SIMD2<UInt64>

    struct SegmentEntry: Equatable, Sendable {
        var rows = 0
        var items = 0
        var groupWords = 0
        var shifts: [Int] = []
        var sum = Sum()
    }

    static let magic: UInt64 = 0x4642_5F48_414D_4958
    static let byteOrderMark: UInt64 = 0x0102_0304_0506_0708
    static let format: UInt64 = 1
    static let headWords = 8
    static let fixedWords = 15
    static let segmentWords = 9
    static let tailRowWords = 5
    static let largestSegmentCount = 1 << 16

    var stamp: HammingIndex.SnapshotStamp
    var segments: [SegmentEntry] = []
    var pageNumbers: [Int] = []
    var tailRows = 0
    var pageSum = Sum()
    var tailSum = Sum()

    var length: Int {
        let words = Self.fixedWords + Self.segmentWords * segments.count + pageNumbers.count + 2
        return Self.padded(8 * words)
    }
    var pageBytes: Int { pageNumbers.count * Liveness.pageSlots }
    var tailBytes: Int { Self.padded(8 * Self.tailRowWords * tailRows) }

    /// The length of the whole file.
    func fileLength(_ layouts: [SegmentLayout]) -> Int {
        layouts.reduce(length + pageBytes + tailBytes) { $0 + $1.length }
    }

    static func padded(_ bytes: Int) -> Int { (bytes + 63) & ~63 }

    // MARK: Words

    func words(_ layouts: [SegmentLayout]) -> [UInt64] {
        var words: [UInt64] = [
            Self.magic, Self.byteOrderMark, Self.format, UInt64(length), UInt64(fileLength(layouts)), stamp.origin,
            UInt64(bitPattern: stamp.sequence), 0,
            UInt64(segments.count), UInt64(pageNumbers.count), UInt64(tailRows), pageSum.x, pageSum.y, tailSum.x,
            tailSum.y,
        ]
        for segment in segments {
            var packed: (UInt64, UInt64) = (0, 0)
            for (index, shift) in segment.shifts.enumerated() {
                if index < 16 {
                    packed.0 |= UInt64(shift) << UInt64(4 * index)
                } else {
                    packed.1 |= UInt64(shift) << UInt64(4 * (index - 16))
                }
            }
            words += [
                UInt64(segment.rows), UInt64(segment.items), UInt64(segment.groupWords),
                UInt64(segment.shifts.count), packed.0, packed.1, 0, segment.sum.x, segment.sum.y,
            ]
        }
        words += pageNumbers.map { UInt64($0) }
        words += [UInt64](repeating: 0, count: length / 8 - words.count)
        let sum = Self.sum(of: words)
        words[words.count - 2] = sum.x
        words[words.count - 1] = sum.y
        return words
    }

    /// The manifest in words whose head has been checked; `nil` where the rest is not what was written.
    init?(words: [UInt64]) {
        guard words.count >= Self.fixedWords + 2, words.count & 7 == 0 else { return nil }
        var unsigned = words
        let stored = Sum(words[words.count - 2], words[words.count - 1])
        unsigned[words.count - 2] = 0
        unsigned[words.count - 1] = 0
        guard Self.sum(of: unsigned) == stored else { return nil }
        stamp = HammingIndex.SnapshotStamp(origin: words[5], sequence: Int64(bitPattern: words[6]))
        guard words[8] <= Self.largestSegmentCount, words[9] <= Liveness.pageCount, words[10] <= 1 << 32,
            words.count == Self.padded(8 * (17 + Self.segmentWords * Int(words[8]) + Int(words[9]))) / 8
        else { return nil }
        tailRows = Int(words[10])
        pageSum = Sum(words[11], words[12])
        tailSum = Sum(words[13], words[14])
        for index in 0..<Int(words[8]) {
            guard let entry = SegmentEntry(words[(Self.fixedWords + Self.segmentWords * index)...]) else { return nil }
            segments.append(entry)
        }
        let pages = words[(Self.fixedWords + Self.segmentWords * segments.count)...].prefix(Int(words[9]))
        guard pages.allSatisfy({ $0 < Liveness.pageCount }) else { return nil }
        pageNumbers = pages.map { Int($0) }
        guard Set(pageNumbers).count == pageNumbers.count else { return nil }
    }

    init(stamp: HammingIndex.SnapshotStamp) {
        self.stamp = stamp
    }

    private static func sum(of words: [UInt64]) -> Sum {
        var digest = Digest()
        words.withUnsafeBytes { digest.add($0) }
        return digest.sum
    }
}

extension SnapshotManifest.SegmentEntry {
    /// `nil` where the numbers are not those of a segment.
    fileprivate init?(_ words: ArraySlice<UInt64>) {
        let words = Array(words.prefix(SnapshotManifest.segmentWords))
        let most = UInt64(CHAMMING_MAX_ROWS)
        guard words.count == SnapshotManifest.segmentWords, 1...most ~= words[0], words[0]...most ~= words[1],
            words[2] <= 3 * most, words[3] == 0 || ChunkPlan.chunkCounts.contains(Int(clamping: words[3]))
        else { return nil }
        rows = Int(words[0])
        items = Int(words[1])
        groupWords = Int(words[2])
        let plan = ChunkPlan(chunkCount: Int(words[3]))
        for (index, chunk) in plan.chunks.enumerated() {
            let shift = Int(words[4 + index / 16] >> UInt64(4 * (index & 15)) & 15)
            guard SegmentLayout.shifts.contains(shift), shift <= chunk.width else { return nil }
            shifts.append(shift)
        }
        sum = SnapshotManifest.Sum(words[7], words[8])
    }

    var layout: SegmentLayout {
        SegmentLayout(
            rows: rows, items: items, groupWords: groupWords, plan: ChunkPlan(chunkCount: shifts.count), shifts: shifts)
    }
}

/// The checksum of a run of bytes that are added in pieces of whole 64.
struct Digest {
    private var state = chamming_digest()

    init() { chamming_digest_start(&state, SnapshotManifest.magic) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        chamming_digest_add(&state, base, bytes.count)
    }

    var sum: SnapshotManifest.Sum {
        var state = state
        var words: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &words) { bytes in
            chamming_digest_finish(&state, bytes.assumingMemoryBound(to: UInt64.self).baseAddress)
        }
        return SnapshotManifest.Sum(words.0, words.1)
    }
}
