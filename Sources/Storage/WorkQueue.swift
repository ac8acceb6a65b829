import Dispatch
import Synchronization

/// A first-in first-out queue served by at most `width` threads, each taking up to `batch` items at a time.
///
/// An idle queue starts at once on what was submitted; while a worker is busy, the others' items gather for its next
/// turn. Workers are numbered `0 ..< width`, and no two threads ever hold one number, so that a number can stand for a
/// connection. Nothing waits on Swift's cooperative threads.
final class WorkQueue<Item: Sendable>: Sendable {
    private struct State {
        var waiting: [Item] = []
        /// Items before this position were taken; the array is compacted now and then instead of on every turn.
        var head = 0
        var free: [Int]
        var working = 0
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []

        var count: Int { waiting.count - head }
    }

    private let state: Mutex<State>
    private let queue: DispatchQueue
    private let batch: Int
    private let waitingLimit: Int
    private let handle: @Sendable (_ worker: Int, _ items: [Item]) -> Void

    init(
        label: String, width: Int, batch: Int, waitingLimit: Int,
        handle: @escaping @Sendable (_ worker: Int, _ items: [Item]) -> Void
    ) {
        state = Mutex(State(free: (0..<max(1, width)).reversed()))
        queue = DispatchQueue(label: label, qos: .userInitiated, attributes: .concurrent)
        self.batch = max(1, batch)
        self.waitingLimit = waitingLimit
        self.handle = handle
    }

    /// Takes an item in. Refuses when closed, or when `waitingLimit` items wait already.
    func submit(_ item: Item) throws(WorkQueueRefusal) {
        let (refusal, worker) = state.withLock { state -> (WorkQueueRefusal?, Int?) in
            if state.isClosed { return (.closed, nil) }
            if state.count >= waitingLimit { return (.full, nil) }
            state.waiting.append(item)
            guard let worker = state.free.popLast() else { return (nil, nil) }
            state.working += 1
            return (nil, worker)
        }
        if let refusal { throw refusal }
        if let worker { queue.async { self.serve(as: worker) } }
    }

    /// Refuses new items and returns once the last item taken in has been handled.
    func close() async {
        await withCheckedContinuation { closer in
            let isDone = state.withLock { state in
                state.isClosed = true
                if state.working == 0 { return true }
                state.closers.append(closer)
                return false
            }
            if isDone { closer.resume() }
        }
    }

    private func serve(as worker: Int) {
        while let items = take(worker) {
            handle(worker, items)
        }
    }

    /// Answers the next items, or gives the worker's number back when none wait.
    private func take(_ worker: Int) -> [Item]? {
        let (items, closers) = state.withLock { state -> ([Item]?, [CheckedContinuation<Void, Never>]) in
            guard state.count > 0 else {
                state.waiting.removeAll(keepingCapacity: true)
                state.head = 0
                state.free.append(worker)
                state.working -= 1
                guard state.isClosed, state.working == 0 else { return (nil, []) }
                defer { state.closers = [] }
                return (nil, state.closers)
            }
            if state.head == 0, state.count <= batch {
                defer { state.waiting = [] }
                return (state.waiting, [])
            }
            let end = min(state.waiting.count, state.head + batch)
            let items = Array(state.waiting[state.head..<end])
            state.head = end
            if state.head > 1_024 && state.head * 2 > state.waiting.count {
                state.waiting.removeFirst(state.head)
                state.head = 0
            }
            return (items, [])
        }
        for closer in closers { closer.resume() }
        return items
    }
}

enum WorkQueueRefusal: Error {
    case closed, full
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
