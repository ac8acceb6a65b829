public import Fingerprints
public import Moderation

/// The fingerprints of bank entries, and the numbered changes that the live index follows.
public struct SignalStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// Adds the signals of an entry; where the entry is matched already, announces them to the index.
    public func insert(_ fingerprints: [Fingerprint], of entry: BankEntry) throws {
        guard !fingerprints.isEmpty else { return }
        let first = try connection.nextSequence("signal", fingerprints.count)
        for (offset, fingerprint) in fingerprints.enumerated() {
            let duration = fingerprint.duration.map { Int($0.milliseconds) }
            try connection.execute(
                """
                INSERT INTO signal (seq, entry, bank, platform, algorithm, algorithm_version, value, quality, duration,
                    active)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(first + Int64(offset)), .id(entry.id), .id(entry.bank), .id(entry.platform),
                    .text(fingerprint.algorithm.rawValue), .number(fingerprint.algorithm.currentVersion),
                    .blob(fingerprint.bytes), .optional(fingerprint.quality), .optional(duration),
                    .integer(entry.state.isMatched ? 1 : 0),
                ])
        }
        if entry.state.isMatched {
            try announce("add", signals: (0..<fingerprints.count).map { first + Int64($0) })
        }
    }

    /// Makes the signals of an entry matched or not, as the entry's state says, and announces the change.
    public func follow(_ entry: BankEntry) throws {
        let active: Int64 = entry.state.isMatched ? 1 : 0
        let rows = try connection.query(
            "UPDATE signal SET active = ? WHERE entry = ? AND active <> ? RETURNING seq",
            [.integer(active), .id(entry.id), .integer(active)])
        try announce(active == 1 ? "add" : "remove", signals: try rows.map { try $0.integer(0) })
    }

    /// Announces that a bank's settings changed.
    public func announce(bank: ID<Bank>) throws {
        let seq = try connection.nextSequence("signal_change", 1)
        try connection.execute(
            "INSERT INTO signal_change (seq, kind, signal, bank) VALUES (?, 'bank', NULL, ?)",
            [.integer(seq), .id(bank)])
    }

    private func announce(_ kind: String, signals: [Int64]) throws {
        guard !signals.isEmpty else { return }
        let first = try connection.nextSequence("signal_change", signals.count)
        for (offset, signal) in signals.enumerated() {
            try connection.execute(
                "INSERT INTO signal_change (seq, kind, signal, bank) VALUES (?, ?, ?, NULL)",
                [.integer(first + Int64(offset)), .text(kind), .integer(signal)])
        }
    }

    private static let columns =
        "s.seq, s.entry, s.bank, s.platform, s.algorithm, s.algorithm_version, s.value, s.quality, s.duration"

    /// Up to `limit` matched signals of some algorithms in the order of their numbers, from after `number`.
    public func matched(of algorithms: [FingerprintAlgorithm], after number: Int64, limit: Int) throws -> [Signal] {
        let places = algorithms.map { _ in "?" }.joined(separator: ", ")
        return try connection.query(
            """
            SELECT \(Self.columns) FROM signal s
            WHERE s.seq > ? AND s.active = 1 AND s.algorithm IN (\(places)) ORDER BY s.seq LIMIT ?
            """,
            [.integer(number)] + algorithms.map { .text($0.rawValue) } + [.number(limit)]
        ).map(Self.signal)
    }

    /// The signals of one entry.
    public func signals(of entry: ID<BankEntry>) throws -> [Signal] {
        try connection.query(
            "SELECT \(Self.columns) FROM signal s WHERE s.entry = ? ORDER BY s.seq", [.id(entry)]
        ).map(Self.signal)
    }

    /// The number of the latest change, 0 before the first.
    public func latestChange() throws -> Int64 {
        try connection.query("SELECT COALESCE(MAX(seq), 0) FROM signal_change", []).first?.integer(0) ?? 0
    }

    /// Up to `limit` changes from after `seq`, in order.
    public func changes(after seq: Int64, limit: Int) throws -> [SignalChange] {
        let rows = try connection.query(
            """
            SELECT \(Self.columns), c.seq, c.kind, c.signal, c.bank FROM signal_change c
            LEFT JOIN signal s ON s.seq = c.signal
            WHERE c.seq > ? ORDER BY c.seq LIMIT ?
            """,
            [.integer(seq), .number(limit)])
        return try rows.map { row in
            let kind: SignalChange.Kind
            switch try row.text(10) {
            case "add": kind = .added(try Self.signal(row))
            case "remove": kind = .removed(number: try row.integer(11))
            case "bank": kind = .bankChanged(try row.id(12))
            default: throw StoreError.corrupt("A stored signal change is of no known kind.")
            }
            return SignalChange(seq: try row.integer(9), kind: kind)
        }
    }

    private static func signal(_ row: SQLRow) throws -> Signal {
        let algorithm: FingerprintAlgorithm = try row.value(4)
        let duration = try row.optionalInteger(8).map { MediaTime(milliseconds: $0) }
        guard
            let fingerprint = Fingerprint(
                algorithm: algorithm, bytes: try row.blob(6), quality: try row.optionalNumber(7), duration: duration)
        else { throw StoreError.corrupt("Signal \(try row.integer(0)) holds no \(algorithm.rawValue) value.") }
        return Signal(
            number: try row.integer(0), entry: try row.id(1), bank: try row.id(2), platform: try row.id(3),
            fingerprint: fingerprint, version: try row.number(5))
    }
}

/// One step that the live index takes after the database.
public struct SignalChange: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case added(Signal)
        case removed(number: Int64)
        case bankChanged(ID<Bank>)
    }

    public var seq: Int64
    public var kind: Kind
}
