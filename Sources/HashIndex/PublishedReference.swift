import CHamming
import Synchronization

/// A reference that any thread may read at any time and one writer at a time may replace.
///
/// A reader never waits. A writer waits for the readers that are between reading the reference and retaining it, which
/// is a few instructions; readers that come later do not hold it up.
final class PublishedReference<Value: AnyObject & Sendable>: Sendable {
    private let reference: Atomic<Unmanaged<Value>>
    /// Readers that have announced themselves, in two counters of which the turn's parity names the one in use.
    private let even = Atomic<Int>(0)
    private let odd = Atomic<Int>(0)
    private let turn = Atomic<Int>(0)

    init(_ value: Value) {
        reference = Atomic(Unmanaged.passRetained(value))
    }

    deinit {
        reference.load(ordering: .sequentiallyConsistent).release()
    }

    func load() -> Value {
        let isOdd = turn.load(ordering: .sequentiallyConsistent) & 1 == 1
        announce(1, isOdd)
        let held = reference.load(ordering: .sequentiallyConsistent).retain()
        announce(-1, isOdd)
        return held.takeRetainedValue()
    }

    /// Replaces the value. Callers see to it that one at a time does so.
    func store(_ value: Value) {
        let old = reference.exchange(Unmanaged.passRetained(value), ordering: .sequentiallyConsistent)
        // A reader that saw `old` had announced itself in either counter before the exchange, so it is gone once each
        // counter has been seen at zero after it. The one that new readers do not use is waited for, first the idle
        // one (where a reader may be late that took its turn from before the last change), then the other.
        let now = turn.load(ordering: .sequentiallyConsistent)
        waitUntilGone(isOdd: now & 1 == 0)
        turn.store(now &+ 1, ordering: .sequentiallyConsistent)
        waitUntilGone(isOdd: now & 1 == 1)
        old.release()
    }

    @inline(__always)
    private func announce(_ change: Int, _ isOdd: Bool) {
        if isOdd {
            odd.wrappingAdd(change, ordering: .sequentiallyConsistent)
        } else {
            even.wrappingAdd(change, ordering: .sequentiallyConsistent)
        }
    }

    private func waitUntilGone(isOdd: Bool) {
        while announced(isOdd: isOdd) != 0 { chamming_yield() }
    }

    private func announced(isOdd: Bool) -> Int {
        isOdd ? odd.load(ordering: .sequentiallyConsistent) : even.load(ordering: .sequentiallyConsistent)
    }
}
