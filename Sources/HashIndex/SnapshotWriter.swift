import Synchronization

/// All that a snapshot holds, taken at one moment. What may change later is copied.
struct CapturedIndex {
    struct CapturedSegment {
        let segment: Segment
        /// The generations and groups, as they lie in the region.
        let mutablePart: MemoryRegion
    }

    let segments: [CapturedSegment]
    let pageNumbers: [Int]
    let pages: MemoryRegion
    let tailRows: Int
    /// Five words a row: the hash, then generation and slot.
    let tail: MemoryRegion
}

extension HammingIndex {
    func captureSnapshot() throws(SnapshotError) -> CapturedIndex {
        try writer.withLock { (_) throws(SnapshotError) in
            let contents = contents.load()
            var segments: [CapturedIndex.CapturedSegment] = []
            for segment in contents.segments {
                segments.append(
                    CapturedIndex.CapturedSegment(segment: segment, mutablePart: try segment.copyOfMutablePart()))
            }
            let tails = contents.sealed + [contents.tail]
            let tailRows = tails.reduce(0) { $0 + $1.count }
            let tail = try MemoryRegion.make(length: 8 * SnapshotManifest.tailRowWords * tailRows)
            var words: UnsafeMutablePointer<UInt64> = tail.pointer(at: 0)
            for tail in tails {
                tail.forEachRow { hash, slot, generation in
                    for word in 0..<4 { words[word] = hash[word] }
                    words[4] = UInt64(generation) << 32 | UInt64(slot)
                    words += SnapshotManifest.tailRowWords
                }
            }
            let pageNumbers = liveness.pageNumbers
            return CapturedIndex(
                segments: segments, pageNumbers: pageNumbers, pages: try liveness.copy(ofPages: pageNumbers),
                tailRows: tailRows, tail: tail)
        }
    }
}

/// Writes one snapshot.
struct SnapshotWriter {
    let captured: CapturedIndex
    let stamp: HammingIndex.SnapshotStamp

    func write(to path: String) throws(SnapshotError) -> Int {
        let partial = path + ".partial"
        let file = try SnapshotFile.writing(partial)
        do throws(SnapshotError) {
            let length = try write(file)
            try file.flush()
            try file.rename(from: partial, to: path)
            return length
        } catch {
            file.remove(partial)
            throw error
        }
    }

    private func write(_ file: borrowing SnapshotFile) throws(SnapshotError) -> Int {
        var manifest = SnapshotManifest(stamp: stamp)
        manifest.pageNumbers = captured.pageNumbers
        manifest.tailRows = captured.tailRows
        manifest.segments = captured.segments.map { captured in
            let layout = captured.segment.layout
            return SnapshotManifest.SegmentEntry(
                rows: layout.rows, items: layout.items, groupWords: layout.groupWords,
                shifts: layout.tables.map(\.shift))
        }
        let layouts = captured.segments.map(\.segment.layout)

        var offset = manifest.length
        manifest.pageSum = try Self.write([captured.pages.prefix(manifest.pageBytes)], file, at: &offset)
        manifest.tailSum = try Self.write([captured.tail.prefix(manifest.tailBytes)], file, at: &offset)
        for (index, captured) in captured.segments.enumerated() {
            let bytes = captured.segment.region.prefix(captured.segment.layout.length)
            let mutable = captured.segment.layout.mutablePart
            manifest.segments[index].sum = try Self.write(
                [
                    UnsafeRawBufferPointer(rebasing: bytes[..<mutable.lowerBound]),
                    captured.mutablePart.prefix(mutable.count),
                    UnsafeRawBufferPointer(rebasing: bytes[mutable.upperBound...]),
                ], file, at: &offset)
        }

        // The head comes last: without it the file is nothing.
        let head = try MemoryRegion.make(length: manifest.length)
        head.bytes.copyBytes(from: manifest.words(layouts).flatMap { word in withUnsafeBytes(of: word) { Array($0) } })
        try file.write(head.prefix(manifest.length), at: 0)
        return offset
    }

    /// Writes parts one after the other and answers the sum of them all.
    private static func write(
        _ parts: [UnsafeRawBufferPointer], _ file: borrowing SnapshotFile, at offset: inout Int
    ) throws(SnapshotError) -> SnapshotManifest.Sum {
        var digest = Digest()
        for bytes in parts {
            var start = 0
            while start < bytes.count {
                let end = min(start + SnapshotFile.piece, bytes.count)
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                digest.add(piece)
                try file.write(piece, at: offset)
                start = end
                offset += piece.count
            }
        }
        return digest.sum
    }
}

extension Liveness {
    /// The states of all slots in pages, page after page. For the holder of the writer's lock.
    func copy(ofPages numbers: [Int]) throws(SnapshotError) -> MemoryRegion {
        let copy = try MemoryRegion.make(length: numbers.count * Self.pageSlots)
        var states: UnsafeMutablePointer<UInt8> = copy.pointer(at: 0)
        for number in numbers {
            let page = page(at: number)
            for slot in 0..<Self.pageSlots {
                states[slot] = page[slot].load(ordering: .relaxed)
            }
            states += Self.pageSlots
        }
        return copy
    }
}

extension Segment {
    /// For the holder of the writer's lock, who alone changes it.
    func copyOfMutablePart() throws(SnapshotError) -> MemoryRegion {
        let range = layout.mutablePart
        let copy = try MemoryRegion.make(length: range.count)
        copy.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: region.prefix(layout.length)[range]))
        return copy
    }
}

extension SegmentLayout {
    /// The bytes that a purge may change: generations and groups.
    var mutablePart: Range<Int> { generations..<SnapshotManifest.padded(groups + 4 * groupWords) }
}

extension MemoryRegion {
    static func make(length: Int) throws(SnapshotError) -> MemoryRegion {
        guard let region = MemoryRegion(length: max(SnapshotManifest.padded(length), 64)) else {
            throw .memory(bytes: length)
        }
        return region
    }

    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: length) }

    func prefix(_ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes.prefix(count)) }
}
