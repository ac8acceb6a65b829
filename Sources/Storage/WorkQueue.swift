import Dispatch
import Foundation
import Synchronization

/// A first-in first-out queue served by at most `width` threads, each taking up to `batch` items at a time.
///
/// An idle queue starts at once on what was submitted; while a worker is busy, the others' items gather for its next
/// turn. Workers are numbered `0 ..< width`, and no two threads ever hold one number, so that a number can stand for a
/// connection. The threads are the queue's own: they may block for as long as a disk or a server does, and nothing waits
/// on Swift's cooperative threads.
public final class WorkQueue<Item: Sendable>: Sendable {
    private let workers: Workers<Item>

    public init(
        label: String, width: Int, batch: Int, waitingLimit: Int,
        handle: @escaping @Sendable (_ worker: Int, _ items: [Item]) -> Void
    ) {
        workers = Workers(
            label: label, width: max(1, width), batch: max(1, batch), waitingLimit: waitingLimit, handle: handle)
    }

    deinit {
        workers.end(nil)
    }

    /// Takes an item in. Refuses when closed, or when `waitingLimit` items wait already.
    public func submit(_ item: Item) throws(WorkQueueRefusal) {
        try workers.submit(item)
    }

    /// Refuses new items and returns once the last item taken in has been handled.
    public func close() async {
        await withCheckedContinuation { workers.end($0) }
    }
}

public enum WorkQueueRefusal: Error {
    case closed, full
}

/// The threads of a queue and what they share; lives as long as one of the threads does.
private final class Workers<Item: Sendable>: Sendable {
    private struct State {
        var waiting: [Item] = []
        /// Items before this position were taken; the array is compacted now and then instead of on every turn.
        var head = 0
        /// Threads that were started; their numbers are `0 ..< started`.
        var started = 0
        /// Threads that wait for an item.
        var idle = 0
        var ended = 0
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []

        var count: Int { waiting.count - head }
    }

    private enum Admission {
        case refuse(WorkQueueRefusal)
        case wake
        case start(worker: Int)
        /// Every thread is busy, and the first to be free takes the item.
        case leave
    }

    private enum Turn {
        case items([Item])
        case wait
        case end([CheckedContinuation<Void, Never>])
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let label: String
    private let width: Int
    private let batch: Int
    private let waitingLimit: Int
    private let handle: @Sendable (_ worker: Int, _ items: [Item]) -> Void

    init(
        label: String, width: Int, batch: Int, waitingLimit: Int,
        handle: @escaping @Sendable (_ worker: Int, _ items: [Item]) -> Void
    ) {
        self.label = label
        self.width = width
        self.batch = batch
        self.waitingLimit = waitingLimit
        self.handle = handle
    }

    public func submit(_ item: Item) throws(WorkQueueRefusal) {
        let step = state.withLock { state -> Admission in
            if state.isClosed { return .refuse(.closed) }
            if state.count >= waitingLimit { return .refuse(.full) }
            state.waiting.append(item)
            if state.idle > 0 {
                state.idle -= 1
                return .wake
            }
            guard state.started < width else { return .leave }
            state.started += 1
            return .start(worker: state.started - 1)
        }
        // Outside of the lock, which the woken thread takes first of all.
        switch step {
        case .refuse(let refusal): throw refusal
        case .wake: wake.signal()
        case .start(let worker): start(worker)
        case .leave: break
        }
    }

    /// Lets the threads end when nothing waits any more, and tells the closer when the last has.
    func end(_ closer: CheckedContinuation<Void, Never>?) {
        let isOver = state.withLock { state in
            state.isClosed = true
            for _ in 0..<state.idle { wake.signal() }
            state.idle = 0
            if state.ended == state.started { return true }
            if let closer { state.closers.append(closer) }
            return false
        }
        if isOver { closer?.resume() }
    }

    private func start(_ worker: Int) {
        let thread = Thread { [self] in serve(as: worker) }
        thread.name = label
        thread.start()
    }

    private func serve(as worker: Int) {
        while true {
            switch turn() {
            case .items(let items): handle(worker, items)
            case .wait: wake.wait()
            case .end(let closers):
                for closer in closers { closer.resume() }
                return
            }
        }
    }

    private func turn() -> Turn {
        state.withLock { state in
            if state.count > 0 { return .items(take(&state)) }
            state.waiting.removeAll(keepingCapacity: true)
            state.head = 0
            guard state.isClosed else {
                state.idle += 1
                return .wait
            }
            state.ended += 1
            guard state.ended == state.started else { return .end([]) }
            defer { state.closers = [] }
            return .end(state.closers)
        }
    }

    private func take(_ state: inout State) -> [Item] {
        if state.head == 0, state.count <= batch {
            defer { state.waiting = [] }
            return state.waiting
        }
        let end = min(state.waiting.count, state.head + batch)
        let items = Array(state.waiting[state.head..<end])
        state.head = end
        if state.head > 1_024 && state.head * 2 > state.waiting.count {
            state.waiting.removeFirst(state.head)
            state.head = 0
        }
        return items
    }
}

extension StoreError {
    /// What a caller is told when a queue takes nothing more.
    init(_ refusal: WorkQueueRefusal, of purpose: String) {
        switch refusal {
        case .closed: self = .unavailable("The database is closed.")
        case .full: self = .unavailable("Too many callers wait for a \(purpose); try again later.")
        }
    }
}
