public import Fingerprints
import Foundation
public import Moderation
public import Storage

/// Takes a list of known things into a bank: accepted durably, then read in batches, each of which is one transaction with
/// the place that it reached. A stop in the middle goes on from there; nothing is half-imported, nothing taken twice.
public struct ImportList: Sendable {
    static let jobKind = "list.import"
    private static let batch = 500
    /// The length of the lines, in bytes, after which a batch ends: what is read of a line takes several times as much.
    private static let batchBytes = 16 << 20
    private static let rejectLimit = 1000

    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    struct Payload: Codable {
        var id: ID<ListImport>
        var platform: ID<Platform>
        var format: ListFormat
        var algorithm: FingerprintAlgorithm?
        var scopes: [Scope]
    }

    /// Accepts a spooled list. When this returns the import is durable and will be finished.
    ///
    /// `algorithm` is what a plain list's bare values are.
    public func accept(
        _ file: SpooledFile, _ format: ListFormat, algorithm: FingerprintAlgorithm?, into bank: ID<Bank>,
        idempotency: IdempotencyKey?, by principal: Principal
    ) async throws -> AcceptedImport {
        do {
            try principal.require(.banksWrite)
            guard file.bytes > 0 else { throw Refusal(.invalid, code: "list_empty", "The list is empty.") }
            let accepted = try await insert(file, format, algorithm, bank, idempotency, principal)
            if accepted.job == nil { installation.spool.remove(file.name) }
            return accepted
        } catch {
            installation.spool.remove(file.name)
            throw error
        }
    }

    private func insert(
        _ file: SpooledFile, _ format: ListFormat, _ algorithm: FingerprintAlgorithm?, _ bank: ID<Bank>,
        _ idempotency: IdempotencyKey?, _ principal: Principal
    ) async throws -> AcceptedImport {
        let now = installation.clock()
        let item = ListImport(
            id: installation.newID(), platform: principal.platform, bank: bank, proposer: principal.actor,
            createdAt: now)
        let payload = Payload(
            id: item.id, platform: item.platform, format: format, algorithm: algorithm,
            scopes: principal.scopes.sorted { $0.rawValue < $1.rawValue })
        let job = NewJob(
            kind: Self.jobKind, key: item.id.text,
            payload: String(decoding: try JSONEncoder().encode(payload), as: UTF8.self), runAt: now.milliseconds)
        let started = installation.event(
            .listImport(item.id, .started(bank: bank, bytes: file.bytes, sha256: Hex.text(file.sha256))),
            by: principal.actor, on: principal.platform, at: now)
        let lease = installation.lease(at: now)
        return try await installation.database.write { connection in
            guard let target = try BankStore(connection).bank(bank, on: principal.platform) else {
                throw Refusal.notFound("bank", bank.text)
            }
            guard target.state != .archived else {
                throw Refusal.wrongState("Bank", bank.text, is: target.state.rawValue, to: "added to")
            }
            if let key = idempotency, let earlier = try key.claim(connection, for: item.id, principal, at: now) {
                return AcceptedImport(id: earlier, job: nil)
            }
            try ListImportStore(connection).insert(item, spool: file.name)
            try AuditStore(connection).append(started)
            return AcceptedImport(id: item.id, job: try JobStore.enqueue(connection, job, leased: lease))
        }
    }

    public func report(_ id: ID<ListImport>, in bank: ID<Bank>, by principal: Principal) async throws -> ListImport {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            guard let found = try ListImportStore(connection).item(id, on: principal.platform), found.item.bank == bank
            else { throw Refusal.notFound("import", id.text) }
            return found.item
        }
    }

    /// Reads the list to its end, from where the last process left it; `nil` where it is left to the node that has it.
    func run(_ job: LeasedJob) async throws -> ListImport? {
        let payload = try JSONDecoder().decode(Payload.self, from: Data(job.payload.utf8))
        let found = try await installation.database.read { connection in
            try ListImportStore(connection).item(payload.id, on: payload.platform)
        }
        guard let found else { throw Refusal.notFound("import", payload.id.text) }
        guard found.item.finishedAt == nil, let spool = found.spool else {
            try await installation.database.write { try JobStore.complete($0, job) }
            return found.item
        }
        let principal = Principal(
            actor: found.item.proposer, platform: payload.platform, scopes: Set(payload.scopes))
        var run = ListImportRun(found.item, job, principal, installation, rejectLimit: Self.rejectLimit)
        guard let descriptor = installation.spool.open(spool) else {
            if try await job.leave(spool, acceptedAt: found.item.createdAt, in: installation) { return nil }
            return try await run.fail("The uploaded list is gone from the spool; send it again.")
        }
        let result: ListImport
        do {
            result = try await Self.read(TextLines(descriptor: descriptor), payload, into: &run)
        } catch let refusal as Refusal where refusal.kind == .conflict {
            // The bank was archived in the meantime; another try would not help.
            result = try await run.fail(refusal.message)
        }
        installation.spool.remove(spool)
        return result
    }

    private static func read(
        _ lines: consuming TextLines, _ payload: Payload, into run: inout ListImportRun
    ) async throws -> ListImport {
        var reader = ListReader(format: payload.format, plainAlgorithm: payload.algorithm)
        var batch: [ListReader.Item] = []
        var bytes = 0
        while let line = try lines.next() {
            bytes += line.count
            batch += reader.take(line)
            if reader.lacksHeader {
                return try await run.fail("The list has no header that names signal_type and value, as our CSV has.")
            }
            if batch.count >= Self.batch || bytes >= Self.batchBytes {
                try await run.take(batch, upTo: reader.settledLine)
                (batch, bytes) = ([], 0)
            }
        }
        batch += reader.finish()
        return try await run.finish(batch, lines: reader.line)
    }
}

/// An import that is durable, and the lease of its job where this call made it.
public struct AcceptedImport: Hashable, Sendable {
    public var id: ID<ListImport>
    public var job: LeasedJob?
}
