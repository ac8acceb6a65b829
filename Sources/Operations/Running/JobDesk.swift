import Logging
public import Moderation
import Storage
import Synchronization

/// Where durable work is done, and where those who asked for it wait for the end.
///
/// One long-lived loop: what this process accepted starts at once; what a stopped process left behind starts when its lease
/// has run out. At most `width` jobs run at a time, and their leases are renewed while they do.
public final class JobDesk: Sendable {
    let installation: Installation
    private let width: Int
    private let waiting = Mutex(Waiting())
    private let running = Mutex<[String: LeasedJob]>([:])
    private let (work, handIn) = AsyncStream<LeasedJob>.makeStream()

    private struct Waiting {
        struct Waiter {
            var number: Int
            var continuation: CheckedContinuation<JobResult?, Never>
        }

        var waiters: [String: [Waiter]] = [:]
        var next = 0
    }

    public init(_ installation: Installation, width: Int) {
        self.installation = installation
        self.width = width
    }

    /// Starts the analysis of an upload that this process accepted, and answers its verdict if that is reached within
    /// `milliseconds`; otherwise `nil`, and the analysis goes on.
    public func verdict(
        on accepted: Accepted, within milliseconds: Int64, by principal: Principal
    ) async throws -> Decided? {
        if accepted.job != nil || accepted.isReplay {
            let result = await result(of: accepted.content.text, starting: accepted.job, within: milliseconds) {
                guard accepted.isReplay else { return false }
                return try await ReadContent(self.installation).content(accepted.content, by: principal).isDecided
            }
            if case .decided(let decided)? = result { return decided }
        }
        let latest = try await ReadContent(installation).content(accepted.content, by: principal)
        return latest.isDecided ? latest : nil
    }

    /// Starts an import that this process accepted, and answers its report if it ends within `milliseconds`.
    public func report(
        on accepted: AcceptedImport, within milliseconds: Int64, in bank: ID<Bank>, by principal: Principal
    ) async throws -> ListImport {
        let result = await result(of: accepted.id.text, starting: accepted.job, within: milliseconds) {
            accepted.job == nil
        }
        if case .imported(let item)? = result { return item }
        return try await ImportList(installation).report(accepted.id, in: bank, by: principal)
    }

    /// Runs until `stop`, then ends what was handed in.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.adopt() }
            group.addTask { await self.renew() }
            let gate = Gate(width: width)
            for await job in work {
                await gate.enter()
                group.addTask {
                    await self.perform(job)
                    await gate.leave()
                }
            }
            group.cancelAll()
        }
    }

    /// Takes no more work.
    public func stop() {
        handIn.finish()
    }

    /// Waits for the end of a job; `isDone` is asked once, after the place in the queue is taken, so that no end is missed.
    private func result(
        of key: String, starting job: LeasedJob?, within milliseconds: Int64,
        unless isDone: @Sendable @escaping () async throws -> Bool
    ) async -> JobResult? {
        let number = waiting.withLock { waiting in
            waiting.next += 1
            return waiting.next
        }
        return await withTaskGroup(of: JobResult?.self) { group in
            group.addTask { await self.wait(for: key, as: number, starting: job) }
            group.addTask {
                if (try? await isDone()) == true { return nil }
                try? await Task.sleep(for: .milliseconds(milliseconds))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    /// Hands the job in and waits for its end, or for the task to be cancelled; cancelled beforehand it only hands in.
    private func wait(for key: String, as number: Int, starting job: LeasedJob?) async -> JobResult? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation that comes first is seen here, one that comes later finds the waiter.
                let isLate = waiting.withLock { waiting in
                    guard !Task.isCancelled else { return true }
                    waiting.waiters[key, default: []].append(
                        Waiting.Waiter(number: number, continuation: continuation))
                    return false
                }
                if let job { handIn.yield(job) }
                if isLate { continuation.resume(returning: nil) }
            }
        } onCancel: {
            giveUp(key, number)
        }
    }

    private func giveUp(_ key: String, _ number: Int) {
        let waiter = waiting.withLock { waiting -> Waiting.Waiter? in
            guard let index = waiting.waiters[key]?.firstIndex(where: { $0.number == number }) else { return nil }
            let found = waiting.waiters[key]?.remove(at: index)
            if waiting.waiters[key]?.isEmpty == true { waiting.waiters[key] = nil }
            return found
        }
        waiter?.continuation.resume(returning: nil)
    }

    private func perform(_ job: LeasedJob) async {
        running.withLock { $0[job.id] = job }
        defer { running.withLock { $0[job.id] = nil } }
        do {
            guard let result = try await JobResult(of: job, in: installation) else { return }
            let waiters = waiting.withLock { $0.waiters.removeValue(forKey: job.key) ?? [] }
            for waiter in waiters { waiter.continuation.resume(returning: result) }
        } catch {
            installation.logger.error("job failed", metadata: ["job": "\(job.id)", "error": "\(error)"])
            await putBack(job, after: error)
        }
    }

    private func putBack(_ job: LeasedJob, after error: any Error) async {
        let now = installation.clock().milliseconds
        do {
            try await installation.database.write { connection in
                try JobStore.fail(
                    connection, job, error: "\(error)", now: now, retryAt: now + 1000 << Int64(min(job.attempts, 10)))
            }
        } catch {
            installation.logger.error(
                "job not put back; its lease will run out", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }

    /// Claims what other processes, or an earlier life of this one, left behind.
    private func adopt() async {
        while !Task.isCancelled {
            let room = width - running.withLock { $0.count }
            if room > 0 {
                do {
                    let jobs = try await JobStore.claim(
                        installation.database, kinds: [AnalyseContent.jobKind, ImportList.jobKind], limit: room,
                        owner: installation.node, now: installation.clock().milliseconds,
                        lease: Installation.leaseMilliseconds)
                    for job in jobs { handIn.yield(job) }
                } catch {
                    installation.logger.error("jobs cannot be claimed", metadata: ["error": "\(error)"])
                }
            }
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Keeps the leases of running jobs.
    private func renew() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(Installation.leaseMilliseconds / 4))
            let jobs = running.withLock { Array($0.values) }
            guard !jobs.isEmpty, !Task.isCancelled else { continue }
            let until = installation.lease(at: installation.clock()).until
            for job in jobs {
                do {
                    try await installation.database.write { try JobStore.renew($0, job, until: until) }
                } catch {
                    // The job has just ended, or another process has it; its own commit will tell which.
                    installation.logger.debug("lease not renewed", metadata: ["job": "\(job.id)", "error": "\(error)"])
                }
            }
        }
    }
}

/// What came of a job.
enum JobResult: Sendable {
    case decided(Decided)
    case imported(ListImport)

    /// Does a job; `nil` where it is put off.
    init?(of job: LeasedJob, in installation: Installation) async throws {
        switch job.kind {
        case AnalyseContent.jobKind:
            switch try await AnalyseContent(installation).run(job) {
            case .decided(let decided): self = .decided(decided)
            case .postponed: return nil
            }
        case ImportList.jobKind:
            guard let imported = try await ImportList(installation).run(job) else { return nil }
            self = .imported(imported)
        default:
            throw Refusal(.unsupported, code: "unknown_job", "There is no work of the kind \(job.kind) here.")
        }
    }
}

extension Decided {
    var isDecided: Bool {
        switch content.state {
        case .decided: true
        case .submitted: false
        }
    }
}

/// Lets a number of tasks in at a time.
private actor Gate {
    private var free: Int
    private var queue: [CheckedContinuation<Void, Never>] = []

    init(width: Int) {
        free = width
    }

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { queue.append($0) }
        }
    }

    func leave() {
        if queue.isEmpty {
            free += 1
        } else {
            queue.removeFirst().resume()
        }
    }
}
