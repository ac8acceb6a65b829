public import Moderation
import Storage
import Synchronization

/// Where accepted uploads are analysed, and where their submitters wait for the verdict.
///
/// One long-lived loop: analyses handed in by this process start at once, those that a stopped process left behind when
/// their lease has run out. At most `width` run at a time.
public final class AnalysisDesk: Sendable {
    private let installation: Installation
    private let width: Int
    private let waiting = Mutex(Waiting())
    private let (work, handIn) = AsyncStream<LeasedJob>.makeStream()

    private struct Waiting {
        var continuations: [ID<Content>: [(number: Int, continuation: CheckedContinuation<Decided?, Never>)]] = [:]
        /// Verdicts that were reached before anybody waited, kept for those who are on their way.
        var next = 0
    }

    public init(_ installation: Installation, width: Int) {
        self.installation = installation
        self.width = width
    }

    /// Starts the analysis of an upload that this process accepted, and answers its verdict if that is reached within
    /// `milliseconds`; otherwise `nil`, and the analysis goes on.
    public func verdict(on accepted: Accepted, within milliseconds: Int64, by principal: Principal) async throws
        -> Decided?
    {
        if accepted.isReplay {
            let earlier = try await ReadContent(installation).content(accepted.content, by: principal)
            if case .decided = earlier.content.state { return earlier }
        }
        let number = waiting.withLock { waiting in
            waiting.next += 1
            return waiting.next
        }
        let decided = await withTaskGroup(of: Decided?.self) { group in
            group.addTask { await self.wait(for: accepted, as: number) }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(milliseconds))
                return nil
            }
            let first = await group.next() ?? nil
            self.giveUp(accepted.content, number)
            group.cancelAll()
            return first
        }
        if let decided { return decided }
        let latest = try await ReadContent(installation).content(accepted.content, by: principal)
        guard case .decided = latest.content.state else { return nil }
        return latest
    }

    /// Runs until it is cancelled, then ends what is under way.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.adopt() }
            let gate = Gate(width: width)
            for await job in work {
                await gate.enter()
                group.addTask {
                    await self.analyse(job)
                    await gate.leave()
                }
            }
        }
    }

    /// Takes no more work; `run` ends when what was handed in is done.
    public func stop() {
        handIn.finish()
    }

    private func wait(for accepted: Accepted, as number: Int) async -> Decided? {
        await withCheckedContinuation { continuation in
            waiting.withLock {
                $0.continuations[accepted.content, default: []].append((number, continuation))
            }
            if let job = accepted.job { handIn.yield(job) }
        }
    }

    private func giveUp(_ content: ID<Content>, _ number: Int) {
        let continuation = waiting.withLock { waiting -> CheckedContinuation<Decided?, Never>? in
            guard let index = waiting.continuations[content]?.firstIndex(where: { $0.number == number }) else {
                return nil
            }
            let found = waiting.continuations[content]?.remove(at: index)
            if waiting.continuations[content]?.isEmpty == true { waiting.continuations[content] = nil }
            return found?.continuation
        }
        continuation?.resume(returning: nil)
    }

    private func analyse(_ job: LeasedJob) async {
        do {
            switch try await AnalyseContent(installation).run(job) {
            case .postponed: break
            case .decided(let decided):
                let waiters = waiting.withLock { $0.continuations.removeValue(forKey: decided.content.id) ?? [] }
                for waiter in waiters { waiter.continuation.resume(returning: decided) }
            }
        } catch {
            installation.logger.error("analysis job failed", metadata: ["job": "\(job.id)", "error": "\(error)"])
            await putBack(job, after: error)
        }
    }

    private func putBack(_ job: LeasedJob, after error: any Error) async {
        let now = installation.clock().milliseconds
        do {
            try await installation.database.write { connection in
                try JobStore.fail(
                    connection, job, error: "\(type(of: error))", now: now, retryAt: now + 1000 << Int64(job.attempts))
            }
        } catch {
            installation.logger.error(
                "job not put back; its lease will run out", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }

    /// Claims what other processes, or an earlier life of this one, left behind.
    private func adopt() async {
        while !Task.isCancelled {
            do {
                let now = installation.clock().milliseconds
                let installation = installation
                let limit = width
                let jobs = try await JobStore.claim(
                    installation.database, kinds: [AnalyseContent.jobKind], limit: limit, owner: installation.node,
                    now: now, lease: AnalyseContent.leaseMilliseconds)
                for job in jobs { handIn.yield(job) }
                if jobs.count == limit { continue }
            } catch {
                installation.logger.error("jobs cannot be claimed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .milliseconds(250))
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
