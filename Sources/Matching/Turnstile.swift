/// Lets one asynchronous piece of work through at a time, in the order of arrival.
actor Turnstile {
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func pass<T: Sendable>(_ work: @Sendable () async throws -> T) async rethrows -> T {
        if isBusy {
            await withCheckedContinuation { waiting.append($0) }
        }
        isBusy = true
        defer { leave() }
        return try await work()
    }

    private func leave() {
        if waiting.isEmpty {
            isBusy = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
