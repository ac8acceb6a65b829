/// Work on many things at once whose results come out in the order of the things.
enum InOrder {
    /// Runs `work` on at most `width` items at once and calls `emit` with each result in the order of `items`.
    ///
    /// At most `4 × width` results wait for an earlier one. An error of `emit` ends the rest.
    static func run<Item: Sendable, Value: Sendable>(
        _ items: some Sequence<Item>, width: Int, work: @escaping @Sendable (Item) async -> Value,
        emit: (Item, Value) async throws -> Void
    ) async throws {
        var source = items.makeIterator()
        var started: [Int: Item] = [:]
        var results: [Int: Value] = [:]
        var (nextToStart, nextToEmit, running) = (0, 0, 0)
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            while true {
                while running < width, nextToStart - nextToEmit < 4 * width, let item = source.next() {
                    let index = nextToStart
                    started[index] = item
                    group.addTask { (index, await work(item)) }
                    nextToStart += 1
                    running += 1
                }
                guard let (index, value) = try await group.next() else { return }
                running -= 1
                results[index] = value
                while let item = started[nextToEmit], let value = results.removeValue(forKey: nextToEmit) {
                    started.removeValue(forKey: nextToEmit)
                    nextToEmit += 1
                    try await emit(item, value)
                }
            }
        }
    }
}
