public import Moderation
import Storage

/// Creates, reads, moves and adjusts banks.
public struct ManageBanks: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    public func create(
        _ creation: BankCreation, idempotency: IdempotencyKey?, by principal: Principal
    ) async throws -> Bank {
        try principal.require(.banksWrite)
        try creation.thresholds.validate()
        guard (0...1).contains(creation.rolloutRatio) else {
            throw Refusal(.invalid, code: "invalid_rollout_ratio", "rollout_ratio is a number from 0 to 1.")
        }
        guard (creation.harm?.utf8.count ?? 0) <= 100 else {
            throw Refusal(.invalid, code: "invalid_harm", "A harm has at most 100 bytes.")
        }
        let now = installation.clock()
        let bank = Bank(creation, id: installation.newID(), platform: principal.platform, at: now)
        let event = installation.event(
            .bank(bank.id, .created(creation)), by: principal.actor, on: principal.platform, at: now)
        let created = try await installation.database.write { connection in
            let banks = BankStore(connection)
            if let key = idempotency, let earlier = try key.claim(connection, for: bank.id, principal, at: now) {
                guard let bank = try banks.bank(earlier, on: principal.platform) else {
                    throw Refusal.notFound("bank", earlier.text)
                }
                return bank
            }
            guard try banks.bank(named: bank.name, on: principal.platform) == nil else {
                throw Refusal(.conflict, code: "bank_exists", "There is a bank named \(bank.name) already.")
            }
            try banks.insert(bank)
            try AuditStore(connection).append(event)
            return bank
        }
        try await installation.index.catchUp()
        return created
    }

    /// Moves a bank to another state.
    public func move(_ id: ID<Bank>, to state: BankState, by principal: Principal) async throws -> Bank {
        try principal.require(.banksApprove)
        return try await change(id, by: principal) { bank throws(Refusal) in try bank.move(to: state) }
    }

    public func adjust(
        _ id: ID<Bank>, thresholds: MatchThresholds?, rolloutRatio: Double?, by principal: Principal
    ) async throws -> Bank {
        try principal.require(.banksApprove)
        return try await change(id, by: principal) { bank throws(Refusal) in
            try bank.adjust(
                thresholds: thresholds ?? bank.thresholds, rolloutRatio: rolloutRatio ?? bank.rolloutRatio)
        }
    }

    public func bank(_ id: ID<Bank>, by principal: Principal) async throws -> (bank: Bank, entries: [String: Int]) {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            guard let bank = try BankStore(connection).bank(id, on: principal.platform) else {
                throw Refusal.notFound("bank", id.text)
            }
            return (bank, try EntryStore(connection).counts(of: id))
        }
    }

    public func bank(named name: String, by principal: Principal) async throws -> Bank {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            guard let valid = BankName(name), let bank = try BankStore(connection).bank(named: valid, on: principal.platform)
            else { throw Refusal.notFound("bank", name) }
            return bank
        }
    }

    public func list(after cursor: ID<Bank>?, limit: Int, by principal: Principal) async throws -> [Bank] {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            try BankStore(connection).banks(on: principal.platform, after: cursor, limit: limit)
        }
    }

    private func change(
        _ id: ID<Bank>, by principal: Principal,
        _ step: @Sendable @escaping (inout Bank) throws(Refusal) -> BankEvent
    ) async throws -> Bank {
        let installation = installation
        let now = installation.clock()
        let changed = try await installation.database.write { connection in
            let banks = BankStore(connection)
            guard var bank = try banks.bank(id, on: principal.platform) else { throw Refusal.notFound("bank", id.text) }
            let event = try step(&bank)
            try banks.update(bank)
            try AuditStore(connection).append(
                installation.event(.bank(id, event), by: principal.actor, on: principal.platform, at: now))
            return bank
        }
        try await installation.index.catchUp()
        return changed
    }
}
