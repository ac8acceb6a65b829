import CSeccomp
import Glibc
import Synchronization

/// What the callers and the threads of a pool share: files that wait, files in work, and the counts.
///
/// One pipe wakes the threads: a byte for each file that was queued, and its end when the pool stops.
final class WorkerQueue: Sendable {
    typealias Answer = @Sendable (Result<Analysis, AnalysisFailure>) -> Void

    /// Names one call of `analyse`.
    struct JobID: Hashable, Sendable {
        fileprivate var number: UInt64
    }

    /// A file that a thread took.
    struct Job: Sendable {
        var id: JobID
        var descriptor: Int32
        var options: AnalysisOptions
        fileprivate var answer: Answer
    }

    private struct State {
        var nextNumber: UInt64 = 0
        var waiting: [Job] = []
        /// By file in work, the descriptor that interrupts its thread.
        var interrupts: [JobID: Int32] = [:]
        var running: [JobID: Job] = [:]
        /// Calls that were cancelled before they were queued.
        var cancelled: Set<JobID> = []
        var isAccepting = false
        var threads = 0
        var starting = 0
        var startFailure: AnalysisFailure?
        var started: (@Sendable (AnalysisFailure?) -> Void)?
        var stopped: [@Sendable () -> Void] = []
        var wake: (read: Int32, write: Int32)?
        var alive = 0
        var answered = 0
        var failures = 0
    }

    let executable: String
    let count: Int
    let limits: WorkerLimits
    private let state = Mutex(State())

    init(executable: String, count: Int, limits: WorkerLimits) {
        self.executable = executable
        self.count = count
        self.limits = limits
    }

    var health: WorkerHealth {
        state.withLock { state in
            WorkerHealth(
                alive: state.alive, wanted: count, pending: state.waiting.count + state.running.count,
                answered: state.answered, failures: state.failures)
        }
    }

    // MARK: The pool's side

    /// Starts the threads; `done` is told once, when every child is ready or one has failed.
    func start(_ done: @escaping @Sendable (AnalysisFailure?) -> Void) {
        enum Outcome { case threads(wake: Int32), answer(AnalysisFailure?) }
        let outcome = state.withLock { state -> Outcome in
            guard state.threads == 0 else { return .answer(state.isAccepting ? nil : .unavailable("it is stopping")) }
            var ends: [Int32] = [-1, -1]
            guard fb_pipe(&ends) == 0 else { return .answer(.unavailable("no pipe can be made")) }
            state.wake = (ends[0], ends[1])
            state.threads = count
            state.starting = count
            state.startFailure = nil
            state.started = done
            state.isAccepting = true
            return .threads(wake: ends[0])
        }
        switch outcome {
        case .answer(let failure): done(failure)
        case .threads(let wake):
            for _ in 0..<count {
                let isStarted = WorkerThread.start { [self] in
                    WorkerSlot(queue: self, wake: wake).run()
                    threadEnded()
                }
                if !isStarted {
                    childStarted(.unavailable("no thread can be started"))
                    threadEnded()
                }
            }
        }
    }

    func stop(_ done: @escaping @Sendable () -> Void) {
        let (dropped, isStopped) = state.withLock { state -> ([Job], Bool) in
            state.isAccepting = false
            guard state.threads > 0 else { return ([], true) }
            state.stopped.append(done)
            if let wake = state.wake, wake.write >= 0 {
                close(wake.write)
                state.wake = (wake.read, -1)
            }
            for interrupt in state.interrupts.values { Self.signal(interrupt) }
            defer { state.waiting = [] }
            return (state.waiting, false)
        }
        for job in dropped { job.answer(.failure(.unavailable("the worker is stopping"))) }
        if isStopped { done() }
    }

    func reserve() -> JobID {
        state.withLock { state in
            state.nextNumber += 1
            return JobID(number: state.nextNumber)
        }
    }

    func submit(_ id: JobID, descriptor: Int32, options: AnalysisOptions, answer: @escaping Answer) {
        let refusal = state.withLock { state -> AnalysisFailure? in
            if state.cancelled.remove(id) != nil { return Self.cancellation }
            guard state.isAccepting, let wake = state.wake else { return .unavailable("the worker is not running") }
            guard state.waiting.count < limits.queueLength else {
                return .unavailable("too many files wait for a worker")
            }
            state.waiting.append(Job(id: id, descriptor: descriptor, options: options, answer: answer))
            Self.signal(wake.write)
            return nil
        }
        if let refusal { answer(.failure(refusal)) }
    }

    func cancel(_ id: JobID) {
        let dropped = state.withLock { state -> Job? in
            if let interrupt = state.interrupts[id] {
                Self.signal(interrupt)
                return nil
            }
            if let position = state.waiting.firstIndex(where: { $0.id == id }) {
                return state.waiting.remove(at: position)
            }
            if state.running[id] == nil { state.cancelled.insert(id) }
            return nil
        }
        dropped?.answer(.failure(Self.cancellation))
    }

    /// Drops what a cancellation that came too late left behind.
    func forget(_ id: JobID) {
        state.withLock { state in _ = state.cancelled.remove(id) }
    }

    var isAccepting: Bool { state.withLock { $0.isAccepting } }

    static let cancellation = AnalysisFailure.unavailable("the request was cancelled")

    // MARK: The threads' side

    /// Takes the next file, and remembers how to interrupt its analysis.
    func take(interrupt: Int32) -> Job? {
        state.withLock { state in
            guard state.isAccepting, !state.waiting.isEmpty else { return nil }
            let job = state.waiting.removeFirst()
            state.running[job.id] = job
            state.interrupts[job.id] = interrupt
            return job
        }
    }

    func finish(_ job: Job, _ result: Result<Analysis, AnalysisFailure>) {
        state.withLock { state in
            state.running[job.id] = nil
            state.interrupts[job.id] = nil
            state.answered += 1
        }
        job.answer(result)
    }

    func childStarted(_ failure: AnalysisFailure?) {
        let done = state.withLock { state -> (() -> Void)? in
            if failure == nil { state.alive += 1 }
            guard state.starting > 0 else { return nil }
            state.starting -= 1
            if let failure { state.startFailure = failure }
            guard state.starting == 0, let started = state.started else { return nil }
            state.started = nil
            let found = state.startFailure
            return { started(found) }
        }
        done?()
    }

    func childEnded(isFailure: Bool) {
        state.withLock { state in
            state.alive -= 1
            if isFailure { state.failures += 1 }
        }
    }

    private func threadEnded() {
        let done = state.withLock { state -> [@Sendable () -> Void] in
            state.threads -= 1
            guard state.threads == 0 else { return [] }
            if let wake = state.wake {
                close(wake.read)
                if wake.write >= 0 { close(wake.write) }
            }
            state.wake = nil
            defer { state.stopped = [] }
            return state.stopped
        }
        for told in done { told() }
    }

    /// Puts a byte into a pipe; a full pipe wakes its reader anyway.
    private static func signal(_ descriptor: Int32) {
        var byte: UInt8 = 1
        _ = write(descriptor, &byte, 1)
    }
}
