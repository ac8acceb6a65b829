import Synchronization

/// A reference that any thread may read at any time and one writer at a time may replace.
///
/// A reader never waits. A writer waits for the readers that are between reading the reference and retaining it, which
/// is a few instructions.
final class PublishedReference<Value: AnyObject & Sendable>: Sendable {
    private let reference: Atomic<Unmanaged<Value>>
    private let arrivals = Atomic<Int>(0)

    init(_ value: Value) {
        reference = Atomic(Unmanaged.passRetained(value))
    }

    deinit {
        reference.load(ordering: .sequentiallyConsistent).release()
    }

    func load() -> Value {
        arrivals.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let held = reference.load(ordering: .sequentiallyConsistent).retain()
        arrivals.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return held.takeRetainedValue()
    }

    /// Replaces the value. Callers see to it that one at a time does so.
    func store(_ value: Value) {
        let old = reference.exchange(Unmanaged.passRetained(value), ordering: .sequentiallyConsistent)
        // A reader that saw `old` announced itself before the exchange, so once nobody is announced, whoever saw `old`
        // holds it.
        while arrivals.load(ordering: .sequentiallyConsistent) != 0 {}
        old.release()
    }
}
