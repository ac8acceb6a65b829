extension EngineFailure {
    /// What PostgreSQL's codes mean to a store. Source: PostgreSQL 15 manual, appendix A.
    init(sqlState: String, message: String) {
        switch sqlState {
        case "23505", "23P01": self.init(error: .conflict(message))
        case "53100": self.init(error: .full(message))
        // Serialization failure and deadlock: another order of the same transactions works.
        case "40001", "40P01": self.init(error: .unavailable(message), isTransient: true)
        case "0A000" where message.contains("cached plan"):
            self.init(error: .unavailable(message), isTransient: true, isStalePlan: true)
        case "26000": self.init(error: .unavailable(message), isTransient: true, isStalePlan: true)
        // The server is ending, starting, or has become a standby: another connection may fare better.
        case "57P01", "57P02", "57P03", "57P05", "25P03":
            self.init(error: .unavailable(message), isTransient: true, mustReconnect: true)
        case "25006": self.init(error: .unavailable(message), isReadOnly: true, mustReconnect: true)
        case "55P03", "57014", "53000", "53200", "53300", "53400": self.init(error: .unavailable(message))
        case "XX001", "XX002": self.init(error: .corrupt(message))
        default:
            if sqlState.hasPrefix("08") {
                self.init(postgresLost: message)
            } else {
                self.init(error: .engine(code: "postgres_\(sqlState)", message: message))
            }
        }
    }

    /// The connection is gone. Before `COMMIT` nothing has happened, so that the body may run again on another one.
    init(postgresLost message: String) {
        self.init(
            error: .unavailable("The connection to PostgreSQL was lost: \(message)"), isTransient: true,
            mustReconnect: true)
    }
}
