import Synchronization

/// One caller's body in the write queue: what to run, and how to answer the caller once.
struct WriteTicket: Sendable {
    /// Runs the body and answers how to hand its value over after the commit.
    let body: @Sendable (any SQLConnection) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
    let start: Start

    /// Whether the body may start; settled once, by its turn or by its caller's cancellation, whichever is first.
    final class Start: Sendable {
        private let state = Atomic<UInt8>(0)

        /// True unless the caller was cancelled before.
        func begin() -> Bool {
            state.compareExchange(expected: 0, desired: 1, ordering: .acquiringAndReleasing).original != 2
        }

        func cancel() {
            _ = state.compareExchange(expected: 0, desired: 2, ordering: .acquiringAndReleasing)
        }
    }
}
