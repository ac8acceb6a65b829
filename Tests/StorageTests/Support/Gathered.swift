import Synchronization

/// Values that concurrent tasks hand in, in the order in which they did.
final class Gathered<Value: Sendable>: Sendable {
    private let state = Mutex<[Value]>([])

    func add(_ value: Value) { state.withLock { $0.append(value) } }
    var values: [Value] { state.withLock { $0 } }
}
