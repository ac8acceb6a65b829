/// Lets concurrent write bodies share one commit, and so one wait for the disk.
///
/// A single thread takes whatever bodies wait (up to `batch`), runs each in a savepoint of one transaction, seals the
/// audit records, commits once, and answers every caller after that. A body that throws is undone alone. When nothing
/// else is under way a body starts at once, so one caller pays for one transaction and no more.
///
/// If the engine drops the transaction half-way (disk full, a lost connection) every body of the batch is run again in a
/// transaction of its own, so that each caller gets its own answer. If `COMMIT` itself fails every caller gets that error.
final class GroupCommitter: Sendable {
    /// Hands the writing session to a body on the calling thread; throws where there is none to be had.
    typealias WithSession = @Sendable (_ body: (any EngineSession) -> Void) throws(StoreError) -> Void

    static let attemptsAlone = 4

    private let queue: WorkQueue<WriteTicket>

    init(label: String, batch: Int = 512, waitingLimit: Int = 65_536, withSession: @escaping WithSession) {
        queue = WorkQueue(label: label, width: 1, batch: batch, waitingLimit: waitingLimit) { _, tickets in
            Self.run(tickets, withSession)
        }
    }

    /// Runs a body as one transaction; returns or throws once its commit has been decided.
    ///
    /// A caller cancelled before its body's turn gets `CancellationError` and the body never runs; after that the body
    /// runs to its end.
    func write<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T {
        let start = WriteTicket.Start()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                let ticket = WriteTicket(
                    body: { connection in
                        let value = try body(connection)
                        return { continuation.resume(returning: value) }
                    },
                    fail: { continuation.resume(throwing: $0) },
                    start: start)
                do throws(WorkQueueRefusal) {
                    try queue.submit(ticket)
                } catch {
                    continuation.resume(throwing: StoreError(error, of: "write"))
                }
            }
        } onCancel: {
            start.cancel()
        }
    }

    func close() async {
        await queue.close()
    }

    private static func run(_ tickets: [WriteTicket], _ withSession: WithSession) {
        let started = tickets.filter { ticket in
            let mayRun = ticket.start.begin()
            if !mayRun { ticket.fail(CancellationError()) }
            return mayRun
        }
        var together = started
        var left = attemptsAlone
        while true {
            switch attempt(together, attemptsLeft: left, withSession) {
            case .together(let tickets):
                together = tickets
                left -= 1
            case .each(let tickets):
                for ticket in tickets { runAlone(ticket, withSession) }
                return
            }
        }
    }

    private static func runAlone(_ ticket: WriteTicket, _ withSession: WithSession) {
        var left = attemptsAlone
        while true {
            left -= 1
            switch attempt([ticket], attemptsLeft: left, withSession) {
            case .together: continue
            case .each(let again): if again.isEmpty { return }
            }
        }
    }

    /// Runs one transaction and answers the callers whose fate it decided; the rest are to be run again.
    private static func attempt(
        _ tickets: [WriteTicket], attemptsLeft: Int, _ withSession: WithSession
    ) -> CommitBatch.Rest {
        guard !tickets.isEmpty else { return .nothing }
        var rest: CommitBatch.Rest?
        do {
            try withSession { session in
                rest = CommitBatch(session: session, tickets: tickets, mayRepeat: attemptsLeft > 0).run()
            }
        } catch {
            if rest == nil { for ticket in tickets { ticket.fail(error) } }
        }
        return rest ?? .nothing
    }
}
