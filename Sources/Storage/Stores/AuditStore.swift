public import Moderation

/// Audit events as the domain knows them, over the chained log of records.
public struct AuditStore {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// Appends an event to the transaction that makes the change it speaks of.
    public func append(_ event: AuditEvent) throws {
        let payload =
            switch event.body {
            case .platformCreated(let name): try StoredJSON.encode(["name": name])
            case .content(_, let event): try StoredJSON.encode(event)
            case .bank(_, let event): try StoredJSON.encode(event)
            case .entry(_, let event): try StoredJSON.encode(event)
            case .key(_, let event): try StoredJSON.encode(event)
            case .listImport(_, let event): try StoredJSON.encode(event)
            }
        try connection.append(
            AuditRecord(
                id: event.id.text, platform: event.platform.text, at: event.at.milliseconds, actor: event.actor.text,
                kind: event.kind, subject: event.subject, payload: payload))
    }

    /// The events of one content, in order.
    public func events(of content: ID<Content>) throws -> [ContentEvent] { try events(subject: content.text) }

    /// The events of one bank, in order.
    public func events(of bank: ID<Bank>) throws -> [BankEvent] { try events(subject: bank.text) }

    /// The events of one entry, in order.
    public func events(of entry: ID<BankEntry>) throws -> [EntryEvent] { try events(subject: entry.text) }

    private func events<Event: Decodable>(subject: String) throws -> [Event] {
        try connection.query("SELECT payload FROM audit_event WHERE subject = ? ORDER BY seq", [.text(subject)])
            .map { try StoredJSON.decode(Event.self, from: try $0.text(0)) }
    }
}
