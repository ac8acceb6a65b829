import Fingerprints
import Moderation

/// What the slots of the hash indexes stand for. Guarded by the live index; nothing here does I/O.
struct SignalTables: Sendable {
    /// Banks by their ordinal, which records carry instead of the long id.
    private(set) var banks: [Bank] = []
    private var bankOrdinals: [ID<Bank>: UInt16] = [:]

    private var records = PagedRecords()
    /// The first signal with a digest, and the others, which are rare.
    private var digests: [Digest: UInt32] = [:]
    private var furtherDigests: [Digest: [UInt32]] = [:]
    private var videos: [UInt32: VideoRecord] = [:]
    /// Which video, and which of its frames, a slot of the frame index is; entries of removed videos stay behind until the
    /// next rebuild.
    private var frameSlots: [FrameSlot] = []

    var digestCount: Int { digests.count }

    // MARK: Banks

    mutating func put(_ bank: Bank) -> Bool {
        if let ordinal = bankOrdinals[bank.id] {
            banks[Int(ordinal)] = bank
            return true
        }
        guard banks.count < Int(UInt16.max) else { return false }
        bankOrdinals[bank.id] = UInt16(banks.count)
        banks.append(bank)
        return true
    }

    func bankOrdinal(_ id: ID<Bank>) -> UInt16? { bankOrdinals[id] }

    func bank(_ id: ID<Bank>) -> Bank? { bankOrdinals[id].map { banks[Int($0)] } }

    /// The largest PDQ radius that any matched bank of the platform asks for; `nil` where no bank is matched.
    func largestRadius(on platform: ID<Platform>) -> Int? {
        banks.lazy.filter { $0.platform == platform && $0.state.isMatched }.map(\.thresholds.pdqDistance).max()
    }

    // MARK: Signals

    /// Notes a signal; answers `false` where it is noted already.
    mutating func put(_ number: UInt32, _ record: SignalRecord) -> Bool {
        guard records[number] == nil else { return false }
        records[number] = record
        return true
    }

    func record(_ number: UInt32) -> SignalRecord? { records[number] }

    mutating func remove(_ number: UInt32) -> SignalRecord? {
        guard let record = records[number] else { return nil }
        records[number] = nil
        return record
    }

    mutating func put(digest: Digest, of number: UInt32) {
        guard let first = digests[digest] else {
            digests[digest] = number
            return
        }
        guard first != number, !(furtherDigests[digest] ?? []).contains(number) else { return }
        furtherDigests[digest, default: []].append(number)
    }

    /// The matched signals with this digest. A removed signal stays behind in the list without its record, and so is not
    /// answered; if it is matched again its record is back.
    func signals(with digest: Digest) -> [UInt32] {
        guard let first = digests[digest] else { return [] }
        return ([first] + (furtherDigests[digest] ?? [])).filter { records[$0] != nil }
    }

    /// Hands out a slot for each frame of a video.
    mutating func put(video fingerprint: VideoFingerprint, of number: UInt32) -> Range<UInt32>? {
        let first = frameSlots.count
        guard first + fingerprint.frames.count < Int(UInt32.max) else { return nil }
        for index in fingerprint.frames.indices {
            frameSlots.append(FrameSlot(signal: number, frame: UInt32(index)))
        }
        let slots = UInt32(first)..<UInt32(frameSlots.count)
        videos[number] = VideoRecord(fingerprint: fingerprint, slots: slots)
        return slots
    }

    mutating func removeVideo(_ number: UInt32) -> Range<UInt32>? {
        videos.removeValue(forKey: number)?.slots
    }

    func video(_ number: UInt32) -> VideoFingerprint? { videos[number]?.fingerprint }

    func frame(_ slot: UInt32) -> FrameSlot { frameSlots[Int(slot)] }

    // MARK: Snapshot

    /// Pictures and digests as they are written to disk.
    func snapshot(origin: UInt64, sequence: Int64) -> TableSnapshot {
        var kept: [(number: UInt32, record: SignalRecord)] = []
        records.forEach { number, record in
            switch record.algorithm {
            case .md5, .sha256, .pdq: kept.append((number, record))
            case .video, .audio: break
            }
        }
        var listed: [(number: UInt32, digest: Digest)] = []
        for (digest, number) in digests where records[number] != nil { listed.append((number, digest)) }
        for (digest, numbers) in furtherDigests {
            for number in numbers where records[number] != nil { listed.append((number, digest)) }
        }
        return TableSnapshot(
            origin: origin, sequence: sequence, banks: banks.map(\.id), records: kept, digests: listed)
    }

    /// The tables of a snapshot; `nil` where it names a bank that is not there.
    init?(_ snapshot: TableSnapshot, banks known: [Bank]) {
        let byID = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
        for id in snapshot.banks {
            guard let bank = byID[id], put(bank) else { return nil }
        }
        for (number, record) in snapshot.records { _ = put(number, record) }
        digests.reserveCapacity(snapshot.digests.count)
        for (number, digest) in snapshot.digests { put(digest: digest, of: number) }
    }

    init() {}
}

/// What a signal belongs to.
struct SignalRecord: Hashable, Sendable {
    var entry: ID<BankEntry>
    var bank: UInt16
    /// 0 to 100; 100 where the algorithm has none.
    var quality: UInt8
    var algorithm: FingerprintAlgorithm
}

struct FrameSlot: Hashable, Sendable {
    var signal: UInt32
    var frame: UInt32
}

private struct VideoRecord: Sendable {
    var fingerprint: VideoFingerprint
    var slots: Range<UInt32>
}

/// A digest of either length, as a key.
struct Digest: Hashable, Sendable {
    var words: SIMD4<UInt64>

    init(words: SIMD4<UInt64>) {
        self.words = words
    }

    /// The key of 16 or of 32 bytes. An MD5 and a SHA-256 cannot meet: the shorter is followed by its length.
    init(_ bytes: [UInt8]) {
        var words = SIMD4<UInt64>(0, 0, 0, UInt64(bytes.count))
        if bytes.count == 32 { words[3] = 0 }
        for (position, byte) in bytes.prefix(32).enumerated() {
            words[position >> 3] |= UInt64(byte) << UInt64(8 * (position & 7))
        }
        self.words = words
    }
}

/// Records by number, in pages, so that ten million of them grow without being copied.
private struct PagedRecords: Sendable {
    private static let pageBits: UInt32 = 12
    private var pages: [[SignalRecord?]?] = []

    func forEach(_ body: (UInt32, SignalRecord) -> Void) {
        for (index, page) in pages.enumerated() {
            for (offset, record) in (page ?? []).enumerated() {
                if let record { body(UInt32(index) << Self.pageBits | UInt32(offset), record) }
            }
        }
    }

    subscript(number: UInt32) -> SignalRecord? {
        get {
            let page = Int(number >> Self.pageBits)
            guard page < pages.count else { return nil }
            return pages[page]?[Int(number & (1 << Self.pageBits - 1))]
        }
        set {
            let page = Int(number >> Self.pageBits)
            while pages.count <= page { pages.append(nil) }
            if pages[page] == nil {
                pages[page] = [SignalRecord?](repeating: nil, count: 1 << Self.pageBits)
            }
            pages[page]?[Int(number & (1 << Self.pageBits - 1))] = newValue
        }
    }
}
