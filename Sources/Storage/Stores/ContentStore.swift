public import Fingerprints
public import Moderation

/// Content, its fingerprints and its matches.
public struct ContentStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    private static let columns =
        "id, platform, external_id, account, facts, state, verdict, created_at, version, spool"

    /// Adds content. `spool` is the name of its file where there is one to analyse.
    public func insert(_ content: Content, spool: String?) throws {
        let (verdict, decidedAt) = try Self.verdictColumns(content.state)
        try connection.execute(
            """
            INSERT INTO content (id, platform, external_id, account, kind, facts, state, verdict, spool, created_at,
                decided_at, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(content.id), .id(content.platform), .optional(content.externalID), .id(content.account),
                .optional(content.facts?.kind?.rawValue),
                .optional(try content.facts.map { try StoredJSON.encode($0) }), .text(content.state.name), verdict,
                .optional(spool), .time(content.createdAt), decidedAt, .number(content.version),
            ])
    }

    /// Stores changed content, whose version is one more than the stored one's; anything else is a conflict.
    public func update(_ content: Content, spool: String?) throws {
        let (verdict, decidedAt) = try Self.verdictColumns(content.state)
        let changed = try connection.execute(
            """
            UPDATE content SET kind = ?, facts = ?, state = ?, verdict = ?, spool = ?, decided_at = ?, version = ?
            WHERE id = ? AND version = ?
            """,
            [
                .optional(content.facts?.kind?.rawValue),
                .optional(try content.facts.map { try StoredJSON.encode($0) }), .text(content.state.name), verdict,
                .optional(spool), decidedAt, .number(content.version), .id(content.id),
                .number(content.version - 1),
            ])
        guard changed == 1 else {
            throw StoreError.conflict("Content \(content.id) changed since it was read; reload and try again.")
        }
    }

    /// The content with the name of its spooled file, if there is one.
    public func content(_ id: ID<Content>, on platform: ID<Platform>) throws -> (content: Content, spool: String?)? {
        try connection.query(
            "SELECT \(Self.columns) FROM content WHERE id = ? AND platform = ?", [.id(id), .id(platform)]
        ).first.map { (try Self.content($0), try $0.optionalText(9)) }
    }

    /// The names of all files that undecided content still needs.
    public func spooledFiles() throws -> Set<String> {
        Set(try connection.query("SELECT spool FROM content WHERE spool IS NOT NULL", []).map { try $0.text(0) })
    }

    public func insert(_ fingerprints: [Fingerprint], of content: ID<Content>) throws {
        for fingerprint in fingerprints {
            let duration = fingerprint.duration.map { Int($0.milliseconds) }
            try connection.execute(
                """
                INSERT INTO content_fingerprint (content, algorithm, algorithm_version, value, quality, duration)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(content), .text(fingerprint.algorithm.rawValue), .number(fingerprint.algorithm.currentVersion),
                    .blob(fingerprint.bytes), .optional(fingerprint.quality), .optional(duration),
                ])
        }
    }

    public func fingerprints(of content: ID<Content>) throws -> FingerprintSet {
        let rows = try connection.query(
            "SELECT algorithm, value, quality, duration FROM content_fingerprint WHERE content = ?", [.id(content)])
        return FingerprintSet(
            try rows.map { row in
                let algorithm: FingerprintAlgorithm = try row.value(0)
                let duration = try row.optionalInteger(3).map { MediaTime(milliseconds: $0) }
                guard
                    let fingerprint = Fingerprint(
                        algorithm: algorithm, bytes: try row.blob(1), quality: try row.optionalNumber(2),
                        duration: duration)
                else { throw StoreError.corrupt("Content \(content) holds no \(algorithm.rawValue) value.") }
                return fingerprint
            })
    }

    public func insert(_ match: Match) throws {
        try connection.execute(
            """
            INSERT INTO content_match (id, content, platform, bank, entry, evidence, state, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(match.id), .id(match.content), .id(match.platform), .id(match.bank), .id(match.entry),
                .text(try StoredJSON.encode(match.evidence)), .text(try StoredJSON.encode(match.state)),
                .time(match.createdAt),
            ])
    }

    public func matches(of content: ID<Content>) throws -> [Match] {
        try connection.query(
            """
            SELECT id, content, platform, bank, entry, evidence, state, created_at FROM content_match
            WHERE content = ? ORDER BY id
            """,
            [.id(content)]
        ).map { row in
            Match(
                id: try row.id(0), content: try row.id(1), platform: try row.id(2), bank: try row.id(3),
                entry: try row.id(4), evidence: try StoredJSON.decode(MatchEvidence.self, from: row.text(5)),
                state: try StoredJSON.decode(MatchState.self, from: row.text(6)), createdAt: try row.time(7))
        }
    }

    private static func verdictColumns(_ state: ContentState) throws -> (verdict: SQLValue, decidedAt: SQLValue) {
        switch state {
        case .submitted: (.null, .null)
        case .decided(let verdict): (.text(try StoredJSON.encode(verdict)), .time(verdict.decidedAt))
        }
    }

    private static func content(_ row: SQLRow) throws -> Content {
        let verdict = try row.optionalText(6).map { try StoredJSON.decode(Verdict.self, from: $0) }
        return Content(
            id: try row.id(0), platform: try row.id(1), externalID: try row.optionalText(2),
            account: try row.optionalID(3), createdAt: try row.time(7), version: try row.number(8),
            facts: try row.optionalText(4).map { try StoredJSON.decode(ContentFacts.self, from: $0) },
            state: verdict.map { .decided($0) } ?? .submitted)
    }
}
