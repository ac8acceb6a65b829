import Fingerprints
import Foundation
import Moderation

#if canImport(Glibc)
    import Glibc
#endif

/// The signal tables as one file beside the hash index's own snapshot: whose hash each slot is, and the digests.
///
/// Only pictures and digests, which come in tens of millions; videos and sounds are few and are read from the database.
/// Layout, little-endian: magic (8), origin (8), sequence (8), banks (8), records (8), digests (8); a bank is 16 bytes, a
/// record 24 (number 4, bank 2, quality 1, algorithm 1, entry 16), a digest 40 (number 4, zero 4, words 32); then the SHA-256
/// of all before.
struct TableSnapshot {
    static let magic = Array("FBTABLE1".utf8)

    var origin: UInt64
    var sequence: Int64
    var banks: [ID<Bank>]
    var records: [(number: UInt32, record: SignalRecord)]
    var digests: [(number: UInt32, digest: Digest)]

    /// Writes the file whole or not at all.
    func write(to path: String) throws {
        var writer = try SnapshotFileWriter(path: path)
        writer.append(Self.magic)
        for number in [
            origin, UInt64(bitPattern: sequence), UInt64(banks.count), UInt64(records.count), UInt64(digests.count),
        ] { writer.append(number) }
        for bank in banks {
            writer.append(bank.high)
            writer.append(bank.low)
        }
        for (number, record) in records {
            let packed =
                UInt64(number) | UInt64(record.bank) << 32 | UInt64(record.quality) << 48
                | UInt64(Self.code(record.algorithm)) << 56
            writer.append(packed)
            writer.append(record.entry.high)
            writer.append(record.entry.low)
        }
        for (number, digest) in digests {
            writer.append(UInt64(number))
            for word in 0..<4 { writer.append(digest.words[word]) }
        }
        try writer.finish()
    }

    /// Reads a file, or answers `nil` where it is missing, damaged, of another origin or of another format: then the database is read.
    init?(path: String, origin: UInt64) {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped), data.count >= 80
        else {
            return nil
        }
        var digest = FileDigests()
        data.dropLast(32).withUnsafeBytes { digest.update($0) }
        guard digest.finalize().sha256.elementsEqual(data.suffix(32)) else { return nil }
        var reader = SnapshotFileReader(data.dropLast(32))
        guard reader.bytes(8) == Self.magic, reader.word() == origin, let sequence = reader.word(),
            let bankCount = reader.count(size: 16), let recordCount = reader.count(size: 24),
            let digestCount = reader.count(size: 40),
            reader.isRest(bankCount * 16 + recordCount * 24 + digestCount * 40)
        else { return nil }
        self.origin = origin
        self.sequence = Int64(bitPattern: sequence)
        banks = (0..<bankCount).map { _ in ID(high: reader.next(), low: reader.next()) }
        records = []
        records.reserveCapacity(recordCount)
        for _ in 0..<recordCount {
            let packed = reader.next()
            guard let algorithm = Self.algorithm(UInt8(packed >> 56)), Int(packed >> 32 & 0xffff) < bankCount else {
                return nil
            }
            records.append(
                (
                    UInt32(truncatingIfNeeded: packed),
                    SignalRecord(
                        entry: ID(high: reader.next(), low: reader.next()),
                        bank: UInt16(truncatingIfNeeded: packed >> 32),
                        quality: UInt8(truncatingIfNeeded: packed >> 48), algorithm: algorithm)
                ))
        }
        digests = []
        digests.reserveCapacity(digestCount)
        for _ in 0..<digestCount {
            let number = UInt32(truncatingIfNeeded: reader.next())
            let words = SIMD4<UInt64>(reader.next(), reader.next(), reader.next(), reader.next())
            digests.append((number, Digest(words: words)))
        }
    }

    init(
        origin: UInt64, sequence: Int64, banks: [ID<Bank>], records: [(number: UInt32, record: SignalRecord)],
        digests: [(number: UInt32, digest: Digest)]
    ) {
        self.origin = origin
        self.sequence = sequence
        self.banks = banks
        self.records = records
        self.digests = digests
    }

    private static func code(_ algorithm: FingerprintAlgorithm) -> UInt8 {
        switch algorithm {
        case .md5: 1
        case .sha256: 2
        case .pdq: 3
        case .video: 4
        case .audio: 5
        }
    }

    private static func algorithm(_ code: UInt8) -> FingerprintAlgorithm? {
        FingerprintAlgorithm.allCases.first { Self.code($0) == code }
    }
}

/// Writes beside the path and renames, so that the path holds the old file or the new one.
private struct SnapshotFileWriter {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var digest = FileDigests()
    private var failure: Int32 = 0

    init(path: String) throws {
        self.path = path
        descriptor = open(path + ".partial", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SnapshotFailure(number: errno) }
        buffer.reserveCapacity(1 << 20)
    }

    mutating func append(_ bytes: [UInt8]) {
        buffer += bytes
    }

    mutating func append(_ word: UInt64) {
        withUnsafeBytes(of: word.littleEndian) { buffer.append(contentsOf: $0) }
        if buffer.count >= 1 << 20 { flush() }
    }

    mutating func finish() throws {
        flush()
        buffer = digest.finalize().sha256
        digest = FileDigests()
        flush()
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        if failure == 0, rename(path + ".partial", path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(path + ".partial")
            throw SnapshotFailure(number: failure)
        }
    }

    private mutating func flush() {
        buffer.withUnsafeBytes { bytes in
            digest.update(bytes)
            var rest = bytes
            while failure == 0, let base = rest.baseAddress, !rest.isEmpty {
                let written = Glibc.write(descriptor, base, rest.count)
                if written > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if errno != EINTR {
                    failure = errno
                }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// The system refused to write a snapshot.
struct SnapshotFailure: Error {
    /// Its `errno`.
    var number: Int32
}

/// Reads words out of bytes whose digest is right.
private struct SnapshotFileReader {
    private let data: Data
    private var offset: Int

    init(_ data: Data) {
        self.data = data
        offset = data.startIndex
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard data.endIndex - offset >= count else { return nil }
        defer { offset += count }
        return Array(data[offset..<offset + count])
    }

    mutating func word() -> UInt64? {
        data.endIndex - offset >= 8 ? next() : nil
    }

    /// A count of things of a size, which cannot be more than fit into the rest.
    mutating func count(size: Int) -> Int? {
        guard let word = word(), let count = Int(exactly: word), count <= (data.endIndex - offset) / size else {
            return nil
        }
        return count
    }

    func isRest(_ length: Int) -> Bool { data.endIndex - offset == length }

    /// The next word, where the caller has checked that there is one.
    mutating func next() -> UInt64 {
        let value = data.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: offset - data.startIndex, as: UInt64.self)
        }
        offset += 8
        return UInt64(littleEndian: value)
    }
}
