import Crypto
public import Fingerprints
import Matching
public import Moderation
import Storage

/// Proposes, approves, suspends, resumes, retracts and reads entries.
public struct ManageEntries: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// What is said about a new entry besides its fingerprints.
    public struct Description: Hashable, Sendable {
        public var labels: [String]
        public var note: String?
        public var provenance: Provenance

        public init(labels: [String] = [], note: String? = nil, provenance: Provenance) {
            self.labels = labels
            self.note = note
            self.provenance = provenance
        }
    }

    /// Adds one entry; refuses one that the bank has already. When this returns, lookups on this node see it, if it is active.
    public func add(
        _ fingerprints: FingerprintSet, _ description: Description, to bankID: ID<Bank>,
        idempotency: IdempotencyKey?, by principal: Principal
    ) async throws -> BankEntry {
        try principal.require(.banksWrite)
        let identity = try EntryIdentity.of(fingerprints)
        let installation = installation
        let now = installation.clock()
        let id: ID<BankEntry> = installation.newID()
        let added = try await installation.database.write { connection in
            guard let bank = try BankStore(connection).bank(bankID, on: principal.platform) else {
                throw Refusal.notFound("bank", bankID.text)
            }
            let entries = EntryStore(connection)
            if let key = idempotency, let earlier = try key.claim(connection, for: id, principal, at: now) {
                guard let entry = try entries.entry(earlier, in: bankID) else {
                    throw Refusal.notFound("entry", earlier.text)
                }
                return entry
            }
            guard
                let entry = try EntryInsertion(connection, installation, bank, principal, now).insert(
                    fingerprints, description, identity: identity, id: id)
            else {
                let known = try entries.entry(identity: identity, in: bankID)
                throw Refusal(
                    .conflict, code: "entry_exists",
                    "The bank has this already, as entry \(known?.id.text ?? "(just added)").")
            }
            return entry
        }
        try await installation.index.catchUp()
        return added
    }

    /// Adds one entry by its file, of which only the fingerprints are kept. The spooled file is gone when this returns.
    public func add(
        file: SpooledFile, _ description: Description, to bank: ID<Bank>, idempotency: IdempotencyKey?,
        by principal: Principal
    ) async throws -> BankEntry {
        let (_, fingerprints) = try await AnalyseFile(installation).analyse(file)
        return try await add(fingerprints, description, to: bank, idempotency: idempotency, by: principal)
    }

    public func approve(_ id: ID<BankEntry>, in bank: ID<Bank>, by principal: Principal) async throws -> BankEntry {
        try principal.require(.banksApprove)
        return try await change(id, in: bank, by: principal) { entry throws(Refusal) in
            try entry.approve(by: principal.actor)
        }
    }

    public func suspend(
        _ id: ID<BankEntry>, in bank: ID<Bank>, reason: String, by principal: Principal
    ) async throws -> BankEntry {
        try principal.require(.banksWrite)
        return try await change(id, in: bank, by: principal) { entry throws(Refusal) in
            try entry.suspend(reason: reason)
        }
    }

    public func resume(_ id: ID<BankEntry>, in bank: ID<Bank>, by principal: Principal) async throws -> BankEntry {
        try principal.require(.banksApprove)
        return try await change(id, in: bank, by: principal) { entry throws(Refusal) in try entry.resume() }
    }

    public func retract(
        _ id: ID<BankEntry>, in bank: ID<Bank>, reason: String, by principal: Principal
    ) async throws -> BankEntry {
        try principal.require(.banksWrite)
        return try await change(id, in: bank, by: principal) { entry throws(Refusal) in
            try entry.retract(reason: reason)
        }
    }

    public func entry(
        _ id: ID<BankEntry>, in bank: ID<Bank>, by principal: Principal
    ) async throws -> (entry: BankEntry, fingerprints: FingerprintSet) {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            guard let entry = try EntryStore(connection).entry(id, in: bank), entry.platform == principal.platform
            else {
                throw Refusal.notFound("entry", id.text)
            }
            return (entry, FingerprintSet(try SignalStore(connection).signals(of: id).map(\.fingerprint)))
        }
    }

    public func list(
        in bank: ID<Bank>, after cursor: ID<BankEntry>?, limit: Int, by principal: Principal
    ) async throws -> [BankEntry] {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            guard try BankStore(connection).bank(bank, on: principal.platform) != nil else {
                throw Refusal.notFound("bank", bank.text)
            }
            return try EntryStore(connection).entries(of: bank, after: cursor, limit: limit)
        }
    }

    private func change(
        _ id: ID<BankEntry>, in bank: ID<Bank>, by principal: Principal,
        _ step: @Sendable @escaping (inout BankEntry) throws(Refusal) -> EntryEvent
    ) async throws -> BankEntry {
        let installation = installation
        let now = installation.clock()
        let changed = try await installation.database.write { connection in
            let entries = EntryStore(connection)
            guard var entry = try entries.entry(id, in: bank), entry.platform == principal.platform else {
                throw Refusal.notFound("entry", id.text)
            }
            let event = try step(&entry)
            try entries.update(entry)
            try SignalStore(connection).follow(entry)
            try AuditStore(connection).append(
                installation.event(.entry(id, event), by: principal.actor, on: principal.platform, at: now))
            return entry
        }
        try await installation.index.catchUp()
        return changed
    }
}

/// What makes two entries the same thing.
enum EntryIdentity {
    /// The SHA-256 of the file where it is known, else the first fingerprint there is.
    static func of(_ fingerprints: FingerprintSet) throws(Refusal) -> String {
        if let sha256 = fingerprints.sha256 { return "sha256:" + Hex.text(sha256) }
        if let md5 = fingerprints.md5 { return "md5:" + Hex.text(md5) }
        if let pdq = fingerprints.pdq { return "pdq:" + pdq.hash.hex }
        for fingerprint in fingerprints.all {
            return fingerprint.algorithm.rawValue + ":" + Hex.text(Array(SHA256.hash(data: fingerprint.bytes)))
        }
        throw Refusal(.invalid, code: "no_fingerprints", "An entry needs a file or at least one fingerprint.")
    }
}
