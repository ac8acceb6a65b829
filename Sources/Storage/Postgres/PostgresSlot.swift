/// The place of one connection: makes it when it is needed, drops it when it is broken.
///
/// SAFETY: `@unchecked Sendable` because the state below is touched by one thread at a time only. A slot belongs to one
/// worker number of one `WorkQueue`, no two threads hold a worker number at the same time, and handing a number on goes
/// through the queue's lock, which orders the accesses. `close` is called after the queue has ended.
final class PostgresSlot: @unchecked Sendable {
    private static let firstDelay = Duration.milliseconds(50)
    private static let longestDelay = Duration.seconds(2)

    private let target: String
    private let options: PostgresDatabase.Options
    private let isWriter: Bool
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var session: PostgresSession?
    private var delay = firstDelay
    private var notBefore: (instant: ContinuousClock.Instant, reason: StoreError)?

    init(
        _ target: String, _ options: PostgresDatabase.Options, isWriter: Bool,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.target = target
        self.options = options
        self.isWriter = isWriter
        self.clock = clock
    }

    /// Hands the connection over, made anew where it was lost.
    func use(_ body: (any EngineSession) -> Void) throws(StoreError) {
        let session = try connected()
        body(session)
        if session.isBroken { self.session = nil }
    }

    /// Hands the connection over in a read transaction. A connection found dead at `BEGIN` is replaced once.
    func read(_ body: (any EngineSession) -> Void) throws(StoreError) {
        var session = try connected()
        do throws(EngineFailure) {
            try session.take(.beginReading)
        } catch {
            guard session.isBroken else { throw error.error }
            self.session = nil
            session = try connected()
            do throws(EngineFailure) { try session.take(.beginReading) } catch { throw error.error }
        }
        body(session)
        do throws(EngineFailure) {
            try session.take(.rollback)
        } catch {
            self.session = nil
        }
        if session.isBroken { self.session = nil }
    }

    func close() {
        session = nil
    }

    private func connected() throws(StoreError) -> PostgresSession {
        if let session { return session }
        if let notBefore, clock() < notBefore.instant { throw notBefore.reason }
        do throws(StoreError) {
            let connection = try PostgresConnection(target, options, isWriter: isWriter)
            let session = PostgresSession(connection)
            self.session = session
            delay = Self.firstDelay
            notBefore = nil
            return session
        } catch {
            notBefore = (clock() + delay, error)
            delay = min(delay * 2, Self.longestDelay)
            throw error
        }
    }
}
