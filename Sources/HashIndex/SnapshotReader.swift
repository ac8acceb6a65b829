import CHamming
import Synchronization

/// Reads one snapshot, trusting nothing in it.
struct SnapshotReader {
    let path: String

    func read(
        origin: UInt64, configuration: HammingIndex.Configuration
    ) throws(SnapshotError) -> HammingIndex.OpenedSnapshot {
        let file = try SnapshotFile.reading(path)
        let manifest = try Self.manifest(file)
        guard manifest.stamp.origin == origin else { throw .otherOrigin(manifest.stamp.origin) }
        let layouts = manifest.segments.map(\.layout)
        let expected = UInt64(manifest.fileLength(layouts))
        guard expected == file.length else { throw .wrongLength(expected: expected, actual: file.length) }

        var offset = manifest.length
        let (liveness, liveCount) = try Self.liveness(file, at: &offset, manifest)
        let tail = try Self.tail(
            file, at: &offset, manifest, rowsOfSegment: configuration.maximumSegmentRows)
        var segments: [Segment] = []
        for (entry, layout) in zip(manifest.segments, layouts) {
            segments.append(try Self.segment(file, at: &offset, layout: layout, sum: entry.sum))
        }
        segments += tail
        return HammingIndex.OpenedSnapshot(
            index: HammingIndex(
                configuration: configuration, mode: SearchMode(), liveness: liveness, segments: segments,
                liveCount: liveCount),
            stamp: manifest.stamp)
    }

    private static func manifest(_ file: borrowing SnapshotFile) throws(SnapshotError) -> SnapshotManifest {
        let length = file.length
        guard length >= 8 * UInt64(SnapshotManifest.headWords) else { throw .notASnapshot }
        let head = try words(file, count: SnapshotManifest.headWords, at: 0)
        guard head[0] != SnapshotManifest.magic.byteSwapped, head[1] != SnapshotManifest.byteOrderMark.byteSwapped
        else {
            throw .otherByteOrder
        }
        guard head[0] == SnapshotManifest.magic, head[1] == SnapshotManifest.byteOrderMark else { throw .notASnapshot }
        guard head[2] <= SnapshotManifest.format else { throw .newerFormat(head[2]) }
        guard head[2] == SnapshotManifest.format else { throw .damaged(part: "format") }
        guard head[4] == length else { throw .wrongLength(expected: head[4], actual: length) }
        // Segments and pages at their most take less than this.
        guard head[3] <= min(length, 16 << 20), head[3] & 63 == 0 else { throw .damaged(part: "manifest") }
        guard let manifest = SnapshotManifest(words: try words(file, count: Int(head[3]) / 8, at: 0)) else {
            throw .damaged(part: "manifest")
        }
        return manifest
    }

    private static func words(
        _ file: borrowing SnapshotFile, count: Int, at offset: Int
    ) throws(SnapshotError) -> [UInt64] {
        let region = try MemoryRegion.make(length: 8 * count)
        try file.read(UnsafeMutableRawBufferPointer(rebasing: region.bytes.prefix(8 * count)), at: offset)
        return Array(UnsafeBufferPointer<UInt64>(start: region.pointer(at: 0), count: count))
    }

    /// Fills a buffer from the file and checks its sum.
    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, _ file: borrowing SnapshotFile, at offset: inout Int,
        sum: SnapshotManifest.Sum, part: String
    ) throws(SnapshotError) {
        var digest = Digest()
        var start = 0
        while start < buffer.count {
            let end = min(start + SnapshotFile.piece, buffer.count)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<end])
            try file.read(piece, at: offset)
            digest.add(UnsafeRawBufferPointer(piece))
            start = end
            offset += piece.count
        }
        guard digest.sum == sum else { throw .damaged(part: part) }
    }

    private static func liveness(
        _ file: borrowing SnapshotFile, at offset: inout Int, _ manifest: SnapshotManifest
    ) throws(SnapshotError) -> (Liveness, liveCount: Int) {
        guard !manifest.pageNumbers.isEmpty else { return (Liveness(), 0) }
        let region = try MemoryRegion.make(length: manifest.pageBytes)
        try fill(region.bytes, file, at: &offset, sum: manifest.pageSum, part: "liveness")
        let liveness = Liveness()
        var liveCount = 0
        for (position, number) in manifest.pageNumbers.enumerated() {
            let page = liveness.page(at: number)
            for slot in 0..<Liveness.pageSlots {
                let state = region.bytes[position * Liveness.pageSlots + slot]
                page[slot].store(state, ordering: .relaxed)
                liveCount += Int(state >> 7)
            }
        }
        return (liveness, liveCount)
    }

    /// What was in the tails becomes segments, scanned if they are small.
    private static func tail(
        _ file: borrowing SnapshotFile, at offset: inout Int, _ manifest: SnapshotManifest, rowsOfSegment: Int
    ) throws(SnapshotError) -> [Segment] {
        guard manifest.tailRows > 0 else { return [] }
        let region = try MemoryRegion.make(length: manifest.tailBytes)
        try fill(region.bytes, file, at: &offset, sum: manifest.tailSum, part: "tail")
        var words: UnsafeMutablePointer<UInt64> = region.pointer(at: 0)
        var segments: [Segment] = []
        var left = manifest.tailRows
        while left > 0 {
            var builder = SegmentBuilder(capacity: min(left, rowsOfSegment))
            for _ in 0..<min(left, rowsOfSegment) {
                builder.append(
                    hash: SIMD4(words[0], words[1], words[2], words[3]), slot: UInt32(truncatingIfNeeded: words[4]),
                    generation: UInt8(truncatingIfNeeded: words[4] >> 32) & Liveness.lastGeneration)
                words += SnapshotManifest.tailRowWords
            }
            left -= builder.count
            if let segment = builder.build() { segments.append(segment) }
        }
        return segments
    }

    private static func segment(
        _ file: borrowing SnapshotFile, at offset: inout Int, layout: SegmentLayout, sum: SnapshotManifest.Sum
    ) throws(SnapshotError) -> Segment {
        let region = try MemoryRegion.make(length: layout.length)
        try fill(region.bytes, file, at: &offset, sum: sum, part: "segment")
        let segment = Segment(layout: layout, region: region)
        guard segment.isWellFormed else { throw .damaged(part: "segment") }
        return segment
    }
}

extension Segment {
    /// Whether every offset stays within its section, so that no lookup can read outside the region.
    var isWellFormed: Bool {
        for index in layout.tables.indices {
            var chunk = layout.chunkView(index, of: region)
            guard chamming_buckets_are_valid(&chunk, UInt32(rows)) == 1 else { return false }
            if let entries = chunk.entries {
                guard chamming_entries_are_valid(entries, rows, UInt32(rows)) == 1 else { return false }
            }
        }
        for row in 0..<rows where generations[row].load(ordering: .relaxed) == Self.grouped {
            let start = Int(slots[row])
            guard start < layout.groupWords else { return false }
            let members = Int(groups[start].load(ordering: .relaxed))
            guard members <= (layout.groupWords - start - 1) / 2 else { return false }
        }
        return true
    }
}
