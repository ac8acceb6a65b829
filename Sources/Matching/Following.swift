import Fingerprints
import HashIndex
import Moderation
import Storage
import Synchronization

extension LiveIndex {
    /// Loads everything from the database. Lookups are unavailable until it ends.
    public func load() async throws {
        try await turns.pass { try await self.rebuild() }
    }

    /// Applies what was committed since the last call; when it returns, lookups see all that was committed before the call.
    public func catchUp() async throws {
        try await turns.pass { try await self.follow(while: .ready) }
    }

    private static let batch = 5000

    private func rebuild() async throws {
        status.withLock { $0.phase = .loading }
        do {
            let (banks, sequence) = try await database.read { connection in
                (try BankStore(connection).everywhere(), try SignalStore(connection).latestChange())
            }
            let opened = try await openSnapshot(banks: banks)
            if opened == nil {
                tables.withLock { $0 = SignalTables() }
                hashes.withLock { $0 = HashIndexes() }
            }
            for bank in banks { try put(bank) }
            try await read(opened == nil ? FingerprintAlgorithm.allCases : [.video, .audio])
            status.withLock { $0.sequence = opened ?? sequence }
            // What changed since the snapshot, or while the signals were being read, is applied once more; adding twice is
            // adding once. Until that is done a lookup would miss entries, so the index is not ready before.
            try await follow(while: .loading)
            status.withLock { $0.phase = .ready }
        } catch {
            status.withLock { $0.phase = .failed("\(error)") }
            throw error
        }
    }

    /// Adds every matched signal of these algorithms.
    private func read(_ algorithms: [FingerprintAlgorithm]) async throws {
        var number: Int64 = 0
        while true {
            let after = number
            let signals = try await database.read { connection in
                try SignalStore(connection).matched(of: algorithms, after: after, limit: Self.batch)
            }
            guard let last = signals.last else { return }
            try add(signals)
            number = last.number
        }
    }

    /// Applies changes until there are no more. The index counts as checked only then: one that lags behind a flood of
    /// changes becomes too old to answer, as one that hears of none.
    private func follow(while wanted: IndexPhase) async throws {
        while true {
            let (phase, from) = status.withLock { ($0.phase, $0.sequence) }
            guard phase == wanted else { return }
            let startedAt = now()
            let changes = try await database.read { connection in
                try SignalStore(connection).changes(after: from, limit: Self.batch)
            }
            try await apply(changes)
            let isLast = changes.count < Self.batch
            status.withLock {
                $0.sequence = changes.last?.seq ?? from
                if isLast { $0.checkedAt = startedAt }
            }
            if isLast { return }
        }
    }

    private func apply(_ changes: [SignalChange]) async throws {
        var added: [Signal] = []
        for change in changes {
            switch change.kind {
            case .added(let signal): added.append(signal)
            case .removed(let number):
                try await add(noting: added)
                added = []
                remove(number)
            case .bankChanged(let id):
                try await refresh(id)
            }
        }
        try await add(noting: added)
    }

    /// Adds signals, first reading the banks that are not known yet.
    private func add(noting signals: [Signal]) async throws {
        let unknown = tables.withLock { tables in
            Set(signals.map(\.bank).filter { tables.bankOrdinal($0) == nil })
        }
        for bank in unknown { try await refresh(bank) }
        try add(signals)
    }

    private func refresh(_ id: ID<Bank>) async throws {
        let bank = try await database.read { connection in
            try BankStore(connection).anywhere(id)
        }
        if let bank { try put(bank) }
    }

    private func put(_ bank: Bank) throws {
        guard tables.withLock({ $0.put(bank) }) else {
            throw StoreError.engine(code: "too_many_banks", message: "The index holds at most 65,535 banks.")
        }
    }

    /// Adds all of these signals, or none: what is noted in the tables without being in an index would be passed over when
    /// the same changes are applied again, and never be found.
    private func add(_ signals: [Signal]) throws {
        guard !signals.isEmpty else { return }
        let indexes = hashes.withLock { $0 }
        var addition = SignalAddition()
        do {
            try tables.withLock { tables in
                for signal in signals { try addition.note(signal, in: &tables) }
            }
            if !addition.stills.isEmpty { indexes.stills.insert(addition.stills) }
            if !addition.frames.isEmpty { indexes.frames.insert(addition.frames) }
            guard addition.sounds.isEmpty || indexes.sounds.insert(addition.sounds) else {
                throw StoreError.engine(
                    code: "too_many_sounds", message: "The index takes no more sounds; restart to rebuild it.")
            }
        } catch {
            for number in addition.noted { remove(Int64(number)) }
            throw error
        }
    }

    private func remove(_ signal: Int64) {
        guard let number = UInt32(exactly: signal) else { return }
        let indexes = hashes.withLock { $0 }
        let (record, slots) = tables.withLock { tables in
            (tables.remove(number), tables.removeVideo(number))
        }
        guard let record else { return }
        switch record.algorithm {
        case .md5, .sha256: break
        case .pdq: indexes.stills.remove(slots: [number])
        case .video: if let slots { indexes.frames.remove(slots: Array(slots)) }
        case .audio: indexes.sounds.remove(slot: number)
        }
    }
}

/// What a batch of signals adds to each index.
private struct SignalAddition {
    private(set) var noted: [UInt32] = []
    private(set) var stills: [HammingIndex.Item] = []
    private(set) var frames: [HammingIndex.Item] = []
    private(set) var sounds: [(slot: UInt32, fingerprint: AudioFingerprint)] = []

    /// Notes a signal in the tables, unless it is there already, and gathers its hashes.
    mutating func note(_ signal: Signal, in tables: inout SignalTables) throws {
        guard let number = UInt32(exactly: signal.number), let bank = tables.bankOrdinal(signal.bank) else {
            throw StoreError.corrupt("Signal \(signal.number) has no place in the index.")
        }
        let record = SignalRecord(
            entry: signal.entry, bank: bank, quality: UInt8(clamping: signal.fingerprint.quality ?? 100),
            algorithm: signal.fingerprint.algorithm)
        guard tables.put(number, record) else { return }
        noted.append(number)
        switch signal.fingerprint {
        case .md5(let digest), .sha256(let digest): tables.put(digest: Digest(digest), of: number)
        case .pdq(let value): stills.append(HammingIndex.Item(hash: value.hash.words, slot: number))
        case .audio(let value): sounds.append((number, value))
        case .video(let value):
            guard let slots = tables.put(video: value, of: number) else {
                throw StoreError.engine(code: "too_many_frames", message: "The index holds at most 2³² frames.")
            }
            for (slot, frame) in zip(slots, value.frames) where frame.quality > 0 {
                frames.append(HammingIndex.Item(hash: frame.hash.words, slot: slot))
            }
        }
    }
}
