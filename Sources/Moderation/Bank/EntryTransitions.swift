extension BankEntry {
    /// A new entry under its bank's rule of approval, with the event that made it.
    public static func propose(
        _ proposal: EntryProposal, by proposer: Actor, id: ID<BankEntry>, in bank: Bank, at now: Timestamp
    ) throws(Refusal) -> (entry: BankEntry, event: EntryEvent) {
        guard bank.state != .archived else {
            throw Refusal.wrongState("Bank", bank.id.text, is: bank.state.rawValue, to: "added to")
        }
        guard proposal.labels.count <= 32, proposal.labels.allSatisfy({ (1...100).contains($0.unicodeScalars.count) })
        else {
            throw Refusal(
                .invalid, code: "invalid_labels", "An entry has at most 32 labels of 1 to 100 characters each.")
        }
        guard (proposal.note?.unicodeScalars.count ?? 0) <= 1000 else {
            throw Refusal(.invalid, code: "invalid_note", "A note has at most 1000 characters.")
        }
        var entry = BankEntry(
            id: id, bank: bank.id, platform: bank.platform, identity: proposal.identity, labels: proposal.labels,
            note: proposal.note, provenance: proposal.provenance, proposer: proposer, state: .proposed, createdAt: now)
        switch bank.approval {
        case .single:
            entry.state = .active(.single)
            return (entry, .added(proposal))
        case .second:
            return (entry, .proposed(proposal))
        }
    }

    public mutating func approve(by approver: Actor) throws(Refusal) -> EntryEvent {
        guard case .proposed = state else { throw refused("approved") }
        state = .active(.approved(try ApprovedBy(approver: approver, proposer: proposer)))
        version += 1
        return .approved(by: approver.text)
    }

    public mutating func suspend(reason: String) throws(Refusal) -> EntryEvent {
        guard case .active(let activation) = state else { throw refused("suspended") }
        try Self.check(reason: reason)
        state = .suspended(activation, reason: reason)
        version += 1
        return .suspended(reason: reason)
    }

    public mutating func resume() throws(Refusal) -> EntryEvent {
        guard case .suspended(let activation, _) = state else { throw refused("resumed") }
        state = .active(activation)
        version += 1
        return .resumed
    }

    public mutating func retract(reason: String) throws(Refusal) -> EntryEvent {
        if case .retracted = state { throw refused("retracted") }
        try Self.check(reason: reason)
        state = .retracted(reason: reason)
        version += 1
        return .retracted(reason: reason)
    }

    /// Rebuilds an entry from its events alone.
    public static func replay(
        _ events: [EntryEvent], id: ID<BankEntry>, platform: ID<Platform>, createdAt: Timestamp
    ) throws(Refusal) -> BankEntry? {
        let proposal: EntryProposal
        let initial: EntryState
        switch events.first {
        case .proposed(let facts):
            proposal = facts
            initial = .proposed
        case .added(let facts):
            proposal = facts
            initial = .active(.single)
        case .approved, .suspended, .resumed, .retracted, nil: return nil
        }
        guard let proposer = Actor(proposal.proposer) else { return nil }
        var entry = BankEntry(
            id: id, bank: proposal.bank, platform: platform, identity: proposal.identity, labels: proposal.labels,
            note: proposal.note, provenance: proposal.provenance, proposer: proposer, state: initial,
            createdAt: createdAt)
        for event in events.dropFirst() {
            switch event {
            case .proposed, .added: throw entry.refused("proposed again")
            case .approved(let approver):
                guard let approver = Actor(approver) else { return nil }
                _ = try entry.approve(by: approver)
            case .suspended(let reason): _ = try entry.suspend(reason: reason)
            case .resumed: _ = try entry.resume()
            case .retracted(let reason): _ = try entry.retract(reason: reason)
            }
        }
        return entry
    }

    private func refused(_ verb: String) -> Refusal {
        Refusal.wrongState("Entry", id.text, is: state.name, to: verb)
    }

    private static func check(reason: String) throws(Refusal) {
        guard (1...1000).contains(reason.unicodeScalars.count) else {
            throw Refusal(.invalid, code: "invalid_reason", "A reason has 1 to 1000 characters.")
        }
    }
}
