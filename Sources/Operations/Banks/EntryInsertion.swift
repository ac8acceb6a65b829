import Fingerprints
import Moderation
import Storage

/// Puts one new entry with its signals and its event into the transaction at hand.
struct EntryInsertion {
    private let connection: any SQLConnection
    private let installation: Installation
    private let bank: Bank
    private let principal: Principal
    private let now: Timestamp

    init(
        _ connection: any SQLConnection, _ installation: Installation, _ bank: Bank, _ principal: Principal,
        _ now: Timestamp
    ) {
        self.connection = connection
        self.installation = installation
        self.bank = bank
        self.principal = principal
        self.now = now
    }

    /// The entry, or `nil` where the bank has the same thing already.
    func insert(
        _ fingerprints: FingerprintSet, _ description: ManageEntries.Description, identity: String, id: ID<BankEntry>
    ) throws -> BankEntry? {
        let proposal = EntryProposal(
            bank: bank.id, identity: identity, labels: description.labels, note: description.note,
            provenance: description.provenance, proposer: principal.actor)
        let (entry, event) = try BankEntry.propose(proposal, by: principal.actor, id: id, in: bank, at: now)
        guard try EntryStore(connection).insert(entry) else { return nil }
        try SignalStore(connection).insert(fingerprints.all, of: entry)
        try AuditStore(connection).append(
            installation.event(.entry(id, event), by: principal.actor, on: bank.platform, at: now))
        return entry
    }

    /// Retracts the bank's entry of that identity; `false` where there is none.
    func retract(_ identity: String, reason: String) throws -> Bool {
        let entries = EntryStore(connection)
        guard var entry = try entries.entry(identity: identity, in: bank.id) else { return false }
        let event = try entry.retract(reason: reason)
        try entries.update(entry)
        try SignalStore(connection).follow(entry)
        try AuditStore(connection).append(
            installation.event(.entry(entry.id, event), by: principal.actor, on: bank.platform, at: now))
        return true
    }
}
