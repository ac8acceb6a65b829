import Matching
import Moderation
import Storage

/// One process's work on an import: what is counted so far, and the transactions that move it on.
struct ListImportRun {
    private var item: ListImport
    private let job: LeasedJob
    private let principal: Principal
    private let installation: Installation
    private let rejectLimit: Int
    /// The line that an earlier process reached; what began before it is dealt with.
    private let resumedAt: Int

    init(_ item: ListImport, _ job: LeasedJob, _ principal: Principal, _ installation: Installation, rejectLimit: Int) {
        self.item = item
        self.job = job
        self.principal = principal
        self.installation = installation
        self.rejectLimit = rejectLimit
        resumedAt = item.lines
    }

    /// Commits a batch with the line that it reaches.
    mutating func take(_ batch: [ListReader.Item], upTo line: Int) async throws {
        item = try await commit(batch, lines: line, finishing: false, failure: nil)
        try await installation.index.catchUp()
    }

    mutating func finish(_ batch: [ListReader.Item], lines: Int) async throws -> ListImport {
        item = try await commit(batch, lines: lines, finishing: true, failure: nil)
        try await installation.index.catchUp()
        return item
    }

    /// Ends an import whose list cannot be read at all.
    mutating func fail(_ message: String) async throws -> ListImport {
        try await commit([], lines: item.lines, finishing: true, failure: message)
    }

    private func commit(
        _ batch: [ListReader.Item], lines: Int, finishing: Bool, failure: String?
    ) async throws -> ListImport {
        let fresh = batch.filter { $0.line > resumedAt }
        let (before, rejectLimit) = (item, rejectLimit)
        let (installation, principal, job) = (installation, principal, job)
        let now = installation.clock()
        let ids: [ID<BankEntry>] = fresh.map { _ in installation.newID() }
        return try await installation.database.write { connection in
            guard let bank = try BankStore(connection).bank(before.bank, on: principal.platform) else {
                throw Refusal.notFound("bank", before.bank.text)
            }
            var item = before
            let insertion = EntryInsertion(connection, installation, bank, principal, now)
            for (record, id) in zip(fresh, ids) {
                switch record {
                case .reject(let reject): item.reject(reject, limit: rejectLimit)
                case .record(let record): try insertion.take(record, id: id, into: &item, rejectLimit: rejectLimit)
                }
            }
            item.lines = max(lines, before.lines)
            item.failure = failure
            item.finishedAt = finishing ? now : nil
            try ListImportStore(connection).advance(item, from: before.lines)
            if finishing {
                let event = installation.event(
                    .listImport(item.id, .finished(item.counts, failure: failure)), by: principal.actor,
                    on: principal.platform, at: now)
                try AuditStore(connection).append(event)
                try JobStore.complete(connection, job)
            } else {
                try JobStore.renew(connection, job, until: installation.lease(at: now).until)
            }
            return item
        }
    }
}

extension ListReader.Item {
    var line: Int {
        switch self {
        case .record(let record): record.line
        case .reject(let reject): reject.line
        }
    }
}

extension ListImport {
    mutating func reject(_ reject: ListReject, limit: Int) {
        counts.rejected += 1
        if rejects.count < limit { rejects.append(reject) }
    }
}

extension EntryInsertion {
    /// Adds, finds again, or retracts what one record names.
    func take(_ record: ListRecord, id: ID<BankEntry>, into item: inout ListImport, rejectLimit: Int) throws {
        do {
            let identity = try EntryIdentity.of(record.fingerprints)
            if record.isDeleted {
                if try retract(identity, reason: "The imported list \(item.id) says that it is deleted.") {
                    item.counts.retracted += 1
                } else {
                    item.counts.known += 1
                }
                return
            }
            let description = ManageEntries.Description(
                labels: record.labels, note: record.note,
                provenance: Provenance(source: .list, reference: record.reference ?? item.id.text))
            if try insert(record.fingerprints, description, identity: identity, id: id) != nil {
                item.counts.added += 1
            } else {
                item.counts.known += 1
            }
        } catch let refusal as Refusal where refusal.kind == .invalid {
            item.reject(ListReject(line: record.line, message: refusal.message), limit: rejectLimit)
        }
    }
}
