/// Runs read bodies on a bounded number of threads, each of which stands for one connection.
final class ReaderPool: Sendable {
    /// Runs a body in a read transaction on the connection of a worker; throws where there is none to be had.
    typealias WithSession = @Sendable (_ worker: Int, _ body: (any EngineSession) -> Void) throws(StoreError) -> Void

    private struct Ticket: Sendable {
        /// Runs the body and answers the caller, unless the failure was transient and it may be repeated; then false.
        let body: @Sendable (_ session: any EngineSession, _ mayRepeat: Bool) -> Bool
        let fail: @Sendable (any Error) -> Void
    }

    private let queue: WorkQueue<Ticket>

    init(label: String, width: Int, waitingLimit: Int = 65_536, withSession: @escaping WithSession) {
        queue = WorkQueue(label: label, width: width, batch: 1, waitingLimit: waitingLimit) { worker, tickets in
            for ticket in tickets {
                var isAnswered = false
                do {
                    try withSession(worker) { isAnswered = ticket.body($0, true) }
                    if !isAnswered {
                        try withSession(worker) { isAnswered = ticket.body($0, false) }
                    }
                } catch {
                    if !isAnswered { ticket.fail(error) }
                }
            }
        }
    }

    /// Runs a body on a consistent view. The sessions that `withSession` hands over stand in a read transaction.
    ///
    /// A body that lost its connection is run once more.
    func read<T: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> T) async throws -> T {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            let ticket = Ticket(
                body: { session, mayRepeat in
                    let transaction = Transaction(session, isReading: true)
                    let result = Result {
                        let value = try body(transaction)
                        if let failure = transaction.failure { throw failure.error }
                        return value
                    }
                    transaction.end()
                    if mayRepeat, transaction.failure?.isTransient == true { return false }
                    continuation.resume(with: result)
                    return true
                },
                fail: { continuation.resume(throwing: $0) })
            do throws(WorkQueueRefusal) {
                try queue.submit(ticket)
            } catch {
                continuation.resume(throwing: StoreError(error, of: "read"))
            }
        }
    }

    func close() async {
        await queue.close()
    }
}
