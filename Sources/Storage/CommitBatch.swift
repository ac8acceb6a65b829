/// One transaction of the group committer: each body in its savepoint, the audit seal, the commit, the answers.
struct CommitBatch {
    /// What is to be run again.
    enum Rest {
        /// The transaction never began.
        case together([WriteTicket])
        /// Each in a transaction of its own.
        case each([WriteTicket])

        static let nothing = Rest.each([])
    }

    private enum Fate {
        case kept(@Sendable () -> Void)
        case undone(any Error)
        case runAgain
        /// The engine dropped the transaction, or the body was the only one in it.
        case lost(any Error, isTransient: Bool)
    }

    private let session: any EngineSession
    private let tickets: [WriteTicket]
    private let mayRepeat: Bool
    private let transaction: Transaction

    /// - Parameter mayRepeat: whether a body that met a transient failure may be handed back to be run again.
    init(session: any EngineSession, tickets: [WriteTicket], mayRepeat: Bool) {
        self.session = session
        self.tickets = tickets
        self.mayRepeat = mayRepeat
        transaction = Transaction(session, isReading: false)
    }

    private var isAlone: Bool { tickets.count == 1 }

    /// Answers every caller whose fate this decided, and hands back the tickets to be run again.
    func run() -> Rest {
        do {
            try session.take(.begin)
        } catch {
            if error.isTransient, mayRepeat { return .together(tickets) }
            for ticket in tickets { ticket.fail(error.error) }
            return .nothing
        }
        var again: [WriteTicket] = []
        // The last savepoint is left standing; the commit keeps what followed it.
        var hasSavepoint = false
        var answers: [@Sendable () -> Void] = []
        do {
            for ticket in tickets {
                switch runBody(ticket, &hasSavepoint) {
                case .kept(let answer): answers.append(answer)
                case .undone(let error): answers.append { ticket.fail(error) }
                case .runAgain: again.append(ticket)
                case .lost(let error, let isTransient): return abandon(error, isTransient: isTransient)
                }
            }
            transaction.end()
            try AuditSeal.seal(transaction.records, on: session)
        } catch {
            return abandon(error.error, isTransient: error.isTransient)
        }
        do {
            try session.take(.commit)
        } catch {
            if error.isTransient { return abandon(error.error, isTransient: true) }
            try? session.take(.rollback)
            for ticket in tickets { ticket.fail(error.error) }
            return .nothing
        }
        for answer in answers { answer() }
        return .each(again)
    }

    private func runBody(_ ticket: WriteTicket, _ hasSavepoint: inout Bool) -> Fate {
        transaction.enter()
        do throws(EngineFailure) {
            if !isAlone { try session.take(hasSavepoint ? .nextSavepoint : .savepoint) }
            hasSavepoint = true
        } catch {
            return .lost(error.error, isTransient: error.isTransient)
        }
        do {
            let answer = try ticket.body(transaction)
            if let failure = transaction.failure { throw failure }
            return .kept(answer)
        } catch {
            let failure = error as? EngineFailure ?? transaction.failure
            let cause: any Error = (error as? EngineFailure)?.error ?? error
            let isTransient = failure?.isTransient ?? false
            if isAlone || !session.isInTransaction { return .lost(cause, isTransient: isTransient) }
            do throws(EngineFailure) {
                try session.take(.undoSavepoint)
                hasSavepoint = false
            } catch {
                return .lost(error.error, isTransient: error.isTransient)
            }
            transaction.undo()
            return isTransient && mayRepeat ? .runAgain : .undone(cause)
        }
    }

    private func abandon(_ error: any Error, isTransient: Bool) -> Rest {
        transaction.end()
        try? session.take(.rollback)
        if !isAlone || (isTransient && mayRepeat) { return .each(tickets) }
        for ticket in tickets { ticket.fail(error) }
        return .nothing
    }
}
