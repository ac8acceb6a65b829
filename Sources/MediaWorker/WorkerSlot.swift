import CSeccomp
import Glibc

/// One place in the pool: the loop of the thread that feeds one child.
final class WorkerSlot {
    private let queue: WorkerQueue
    private let wake: Int32
    private var child: WorkerProcess?
    private var jobs = 0
    private var interrupt: (read: Int32, write: Int32) = (-1, -1)

    init(queue: WorkerQueue, wake: Int32) {
        self.queue = queue
        self.wake = wake
    }

    /// Serves the queue until the pool stops.
    func run() {
        var ends: [Int32] = [-1, -1]
        guard fb_pipe(&ends) == 0 else {
            return queue.childStarted(.unavailable("no pipe can be made"))
        }
        interrupt = (ends[0], ends[1])
        defer { for end in ends { close(end) } }
        do throws(AnalysisFailure) {
            child = try WorkerProcess(executable: queue.executable, limits: queue.limits)
            queue.childStarted(nil)
        } catch {
            queue.childStarted(error)
        }
        while waitForWork() {
            while let job = queue.take(interrupt: interrupt.write) {
                queue.finish(job, perform(job))
                Self.drain(interrupt.read)
                if jobs >= queue.limits.jobsPerChild { retire(isFailure: false) }
                if child == nil, queue.isAccepting { replace() }
            }
        }
        retire(isFailure: false)
    }

    /// Waits for a byte in the wake pipe and answers `false` at its end; replaces the child if it dies meanwhile.
    private func waitForWork() -> Bool {
        while true {
            var wanted = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
            if let child { wanted.append(pollfd(fd: child.wire.descriptor, events: 0, revents: 0)) }
            let ready = poll(&wanted, UInt(wanted.count), -1)
            guard ready >= 0 else {
                if errno == EINTR { continue }
                return false
            }
            if wanted[0].revents != 0 {
                var byte: UInt8 = 0
                let count = read(wake, &byte, 1)
                if count == 1 { return true }
                if count == 0 { return false }
            }
            if wanted.count > 1, wanted[1].revents != 0 {
                retire(isFailure: true)
                replace()
            }
        }
    }

    private func perform(_ job: WorkerQueue.Job) -> Result<Analysis, AnalysisFailure> {
        // A child that died while it was idle is replaced once before this file is given up.
        for _ in 0..<2 {
            if child == nil { replace() }
            guard let child else { return .failure(startFailure ?? .unavailable("no worker can be started")) }
            child.allow(processorSeconds: queue.limits.processorSeconds)
            let request = AnalysisRequest(options: job.options, limits: queue.limits)
            guard child.wire.send(.request, request.encoded(), descriptor: job.descriptor) else {
                retire(isFailure: true)
                continue
            }
            jobs += 1
            return answer(of: child)
        }
        return .failure(.unavailable("workers end as soon as they start"))
    }

    private func answer(of child: WorkerProcess) -> Result<Analysis, AnalysisFailure> {
        let limits = queue.limits
        let deadline = MonotonicTime.after(seconds: limits.wallSeconds)
        do throws(WireSocket.Ending) {
            let message = try child.wire.receive(
                limit: AnalysisAnswer.budget, deadline: deadline, interrupt: interrupt.read)
            if let unwanted = message.descriptor { close(unwanted) }
            if message.kind == .answer, message.descriptor == nil,
                let result = try? AnalysisAnswer.decode(message.payload)
            {
                return result
            }
            retire(isFailure: true)
            return .failure(.workerCrashed(signal: nil))
        } catch {
            switch error {
            case .deadline:
                retire(isFailure: true)
                return .failure(.timedOut(seconds: limits.wallSeconds))
            case .interrupted:
                retire(isFailure: false)
                return .failure(WorkerQueue.cancellation)
            case .malformed:
                retire(isFailure: true)
                return .failure(.workerCrashed(signal: nil))
            case .closed:
                let signal = retire(isFailure: true)
                guard signal == SIGXCPU else { return .failure(.workerCrashed(signal: signal)) }
                return .failure(
                    .overBudget(
                        limit: "processor_seconds", allowed: limits.processorSeconds, found: limits.processorSeconds + 1
                    ))
            }
        }
    }

    // MARK: The child

    private var startFailure: AnalysisFailure?

    private func replace() {
        do throws(AnalysisFailure) {
            child = try WorkerProcess(executable: queue.executable, limits: queue.limits)
            queue.childStarted(nil)
        } catch {
            startFailure = error
        }
    }

    @discardableResult
    private func retire(isFailure: Bool) -> Int32? {
        guard let child else { return nil }
        let signal = child.end()
        self.child = nil
        jobs = 0
        queue.childEnded(isFailure: isFailure)
        return signal
    }

    private static func drain(_ descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }
}
