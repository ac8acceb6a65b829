/// An audit event as it is stored and hashed: who did, saw or changed what, and when.
///
/// `payload` is JSON text that SQL never looks into. The hash covers every field, so none may change its spelling later.
public struct AuditRecord: Hashable, Sendable {
    /// A UUIDv7 with its prefix, `evt_…`.
    public var id: String
    public var platform: String
    /// Milliseconds since 1970, UTC.
    public var at: Int64
    public var actor: String
    /// What happened, `noun.verb`: `content.submitted`, `entry.approved`.
    public var kind: String
    /// The typed id of what it happened to.
    public var subject: String
    public var payload: String

    public init(
        id: String, platform: String, at: Int64, actor: String, kind: String, subject: String, payload: String
    ) {
        self.id = id
        self.platform = platform
        self.at = at
        self.actor = actor
        self.kind = kind
        self.subject = subject
        self.payload = payload
    }
}
