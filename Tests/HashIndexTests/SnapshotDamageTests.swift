import Foundation
import Synchronization
import Testing

@testable import HashIndex

@Suite("A snapshot that is not what was written is refused")
struct SnapshotDamageTests {
    /// What opening bytes as a snapshot throws; `nil` when it opens.
    static func refusal(_ bytes: Data, in folder: SnapshotTests.Folder) throws -> SnapshotError? {
        try bytes.write(to: URL(fileURLWithPath: folder.path))
        do {
            _ = try SnapshotTests.open(folder.path)
            return nil
        } catch {
            return error
        }
    }

    static func sample(in folder: SnapshotTests.Folder) throws -> Data {
        let (index, _) = SnapshotTests.filled(seed: 9, bulk: 2100)
        try index.save(to: folder.path, stamp: SnapshotTests.stamp)
        return try Data(contentsOf: URL(fileURLWithPath: folder.path))
    }

    @Test("wherever one bit is turned")
    func bitFlips() throws {
        let folder = try SnapshotTests.Folder()
        let sample = try Self.sample(in: folder)
        var generator = SeededGenerator(seed: 31)
        let head = (0..<300).map { $0 * 8 + Int.random(in: 0..<8, using: &generator) }
        let anywhere = (0..<200).map { _ in Int.random(in: 0..<8 * sample.count, using: &generator) }
        for bit in head + anywhere {
            var bytes = sample
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try Self.refusal(bytes, in: folder) != nil, "bit \(bit)")
        }
        #expect(try Self.refusal(sample, in: folder) == nil)
    }

    @Test("wherever it is cut off, or a run of it is zeros or noise")
    func cutsAndRuns() throws {
        let folder = try SnapshotTests.Folder()
        let sample = try Self.sample(in: folder)
        var generator = SeededGenerator(seed: 32)
        for length in [0, 1, 7, 63, 64, 65, 128, 4096, sample.count - 1]
            + (0..<40).map({ _ in Int.random(in: 0..<sample.count, using: &generator) })
        {
            #expect(try Self.refusal(sample.prefix(length), in: folder) != nil, "cut to \(length)")
        }
        for run in 0..<40 {
            let start = Int.random(in: 0..<sample.count - 1000, using: &generator)
            var bytes = sample
            for at in start..<start + 1000 {
                bytes[at] = run % 2 == 0 ? 0 : UInt8.random(in: 0...255, using: &generator)
            }
            if bytes != sample { #expect(try Self.refusal(bytes, in: folder) != nil, "run at \(start)") }
        }
    }

    @Test("with the reason")
    func reasons() throws {
        let folder = try SnapshotTests.Folder()
        let sample = try Self.sample(in: folder)
        func changed(word: Int, to value: UInt64) -> Data {
            var bytes = sample
            withUnsafeBytes(of: value) { bytes.replaceSubrange(8 * word..<8 * word + 8, with: $0) }
            return bytes
        }
        let rows: [(name: String, bytes: Data, reason: SnapshotError)] = [
            ("nothing", Data(), .notASnapshot),
            ("text", Data(String(repeating: "SQLite format 3 ", count: 40).utf8), .notASnapshot),
            ("zeros", Data(count: 5000), .notASnapshot),
            ("a later format", changed(word: 2, to: 2), .newerFormat(2)),
            ("a far later format", changed(word: 2, to: .max), .newerFormat(.max)),
            ("format zero", changed(word: 2, to: 0), .damaged(part: "format")),
            ("the other byte order", changed(word: 0, to: SnapshotManifest.magic.byteSwapped), .otherByteOrder),
            ("an endless manifest", changed(word: 3, to: .max), .damaged(part: "manifest")),
            ("no manifest", changed(word: 3, to: 0), .damaged(part: "manifest")),
            ("another sequence", changed(word: 6, to: 78), .damaged(part: "manifest")),
            ("more segments", changed(word: 8, to: .max), .damaged(part: "manifest")),
            (
                "one byte less", sample.dropLast(),
                .wrongLength(expected: UInt64(sample.count), actual: UInt64(sample.count - 1))
            ),
            (
                "one byte more", sample + [0],
                .wrongLength(expected: UInt64(sample.count), actual: UInt64(sample.count + 1))
            ),
        ]
        for row in rows {
            #expect(try Self.refusal(row.bytes, in: folder) == row.reason, "\(row.name)")
        }
        #expect(throws: SnapshotError.missing) { try SnapshotTests.open(folder.path + ".none") }
        #expect(throws: SnapshotError.notASnapshot) { try SnapshotTests.open(folder.url.path) }
        try sample.write(to: URL(fileURLWithPath: folder.path))
        #expect(throws: SnapshotError.otherOrigin(0xFEED)) {
            try HammingIndex.open(snapshot: folder.path, origin: 1)
        }
    }

    @Test("when it is forged: sums that are right over offsets that lead outside")
    func forgeries() throws {
        let folder = try SnapshotTests.Folder()
        let forgeries: [(name: String, forge: (Segment) -> Void)] = [
            (
                "an entry beyond the rows",
                { segment in
                    segment.table(\.entries, of: 1)[5] = 0xFF_FFFF
                }
            ),
            (
                "a base beyond the rows",
                { segment in
                    segment.table(\.base, of: 0)[1] = .max
                }
            ),
            (
                "a group beyond the groups",
                { segment in
                    segment.slots[3] = .max
                    segment.generations[3].store(Segment.grouped, ordering: .relaxed)
                }
            ),
            (
                "a group without end",
                { segment in
                    segment.slots[3] = 0
                    segment.generations[3].store(Segment.grouped, ordering: .relaxed)
                    segment.groups[0].store(.max, ordering: .relaxed)
                }
            ),
        ]
        for row in forgeries {
            let (index, _) = SnapshotTests.filled(seed: 4, bulk: 2100)
            let segment = try #require(index.contents.load().segments.first)
            row.forge(segment)
            try index.save(to: folder.path, stamp: SnapshotTests.stamp)
            #expect(throws: SnapshotError.damaged(part: "segment"), "\(row.name)") {
                try SnapshotTests.open(folder.path)
            }
        }
    }

    @Test("A path that cannot be written is said, and what it held stays")
    func unwritable() throws {
        let folder = try SnapshotTests.Folder()
        let index = HammingIndex()
        #expect(throws: SnapshotError.self) {
            try index.save(to: folder.path + "/none/snapshot", stamp: SnapshotTests.stamp)
        }
        // A folder at the path cannot be replaced by a file.
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        #expect(throws: SnapshotError.self) { try index.save(to: folder.path, stamp: SnapshotTests.stamp) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["snapshot"])
    }
}

extension Segment {
    fileprivate func table(_ offset: KeyPath<SegmentLayout.Table, Int>, of chunk: Int) -> UnsafeMutablePointer<UInt32> {
        region.pointer(at: layout.tables[chunk][keyPath: offset])
    }

    fileprivate func table(_ offset: KeyPath<SegmentLayout.Table, Int?>, of chunk: Int) -> UnsafeMutablePointer<UInt32>
    {
        region.pointer(at: layout.tables[chunk][keyPath: offset] ?? 0)
    }
}
