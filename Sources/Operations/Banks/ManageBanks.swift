import Matching
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
        guard (creation.harm?.unicodeScalars.count ?? 0) <= 100 else {
            throw Refusal(.invalid, code: "invalid_harm", "A harm has at most 100 characters.")
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

    /// Moves a bank to another state, adjusts its thresholds and its rollout; what is `nil` stays. All of it or none.
    public func change(
        _ id: ID<Bank>, state: BankState?, thresholds: @Sendable @escaping (MatchThresholds) -> MatchThresholds,
        rolloutRatio: Double?, by principal: Principal
    ) async throws -> Bank {
        try principal.require(.banksApprove)
        let installation = installation
        let now = installation.clock()
        let changed = try await installation.database.write { connection in
            let banks = BankStore(connection)
            guard var bank = try banks.bank(id, on: principal.platform) else { throw Refusal.notFound("bank", id.text) }
            var steps: [(Bank, BankEvent)] = []
            let wanted = (thresholds(bank.thresholds), rolloutRatio ?? bank.rolloutRatio)
            if wanted != (bank.thresholds, bank.rolloutRatio) {
                let event = try bank.adjust(thresholds: wanted.0, rolloutRatio: wanted.1)
                steps.append((bank, event))
            }
            if let state, state != bank.state {
                let event = try bank.move(to: state)
                steps.append((bank, event))
            }
            for (bank, event) in steps {
                try banks.update(bank)
                try AuditStore(connection).append(
                    installation.event(.bank(id, event), by: principal.actor, on: principal.platform, at: now))
            }
            return bank
        }
        try await installation.index.catchUp()
        return changed
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

    /// The bank of that name, if there is one.
    public func bank(named name: String, by principal: Principal) async throws -> Bank? {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            try BankName(name).flatMap { try BankStore(connection).bank(named: $0, on: principal.platform) }
        }
    }

    public func list(after cursor: ID<Bank>?, limit: Int, by principal: Principal) async throws -> [Bank] {
        try principal.require(.banksRead)
        return try await installation.database.read { connection in
            try BankStore(connection).banks(on: principal.platform, after: cursor, limit: limit)
        }
    }
}
