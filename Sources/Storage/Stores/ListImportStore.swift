public import Moderation

/// Imports of lists: how far each has come, and what it reports.
public struct ListImportStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    public func insert(_ item: ListImport, spool: String) throws {
        try connection.execute(
            """
            INSERT INTO list_import (id, platform, bank, proposer, line_count, counts, rejects, created_at, spool)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(item.id), .id(item.platform), .id(item.bank), .text(item.proposer.text), .number(item.lines),
                .text(try StoredJSON.encode(item.counts)), .text(try StoredJSON.encode(item.rejects)),
                .time(item.createdAt), .text(spool),
            ])
    }

    /// Stores how far an import has come from `lines` on; a conflict where another process went on from there before.
    public func advance(_ item: ListImport, from lines: Int) throws {
        let changed = try connection.execute(
            """
            UPDATE list_import SET line_count = ?, counts = ?, rejects = ?, finished_at = ?, failure = ?,
                spool = CASE WHEN CAST(? AS INTEGER) = 1 THEN NULL ELSE spool END
            WHERE id = ? AND line_count = ? AND finished_at IS NULL
            """,
            [
                .number(item.lines), .text(try StoredJSON.encode(item.counts)),
                .text(try StoredJSON.encode(item.rejects)), .time(item.finishedAt), .optional(item.failure),
                .integer(item.finishedAt == nil ? 0 : 1), .id(item.id), .number(lines),
            ])
        guard changed == 1 else { throw StoreError.conflict("Import \(item.id) is being done by another process.") }
    }

    /// The import with the name of its spooled list, as long as that is needed.
    public func item(
        _ id: ID<ListImport>, on platform: ID<Platform>
    ) throws -> (item: ListImport, spool: String?)? {
        try connection.query(
            """
            SELECT id, platform, bank, proposer, line_count, counts, rejects, created_at, finished_at, failure, spool
            FROM list_import WHERE id = ? AND platform = ?
            """,
            [.id(id), .id(platform)]
        ).first.map { row in
            guard let proposer = Actor(try row.text(3)) else {
                throw StoreError.corrupt("A stored proposer is not one.")
            }
            let item = ListImport(
                id: try row.id(0), platform: try row.id(1), bank: try row.id(2), proposer: proposer,
                lines: try row.number(4), counts: try StoredJSON.decode(ListImportCounts.self, from: row.text(5)),
                rejects: try StoredJSON.decode([ListReject].self, from: row.text(6)), createdAt: try row.time(7),
                finishedAt: try row.optionalTime(8), failure: try row.optionalText(9))
            return (item, try row.optionalText(10))
        }
    }

    /// The names of all files that unfinished imports still need.
    public func spooledFiles() throws -> Set<String> {
        Set(try connection.query("SELECT spool FROM list_import WHERE spool IS NOT NULL", []).map { try $0.text(0) })
    }
}
