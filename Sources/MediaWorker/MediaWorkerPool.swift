import Fingerprints

/// Analyses files in sandboxed children, one persistent child for each place in the pool.
///
/// A child that crashes, hangs or is stopped by the kernel fails the one analysis that it was doing, is counted, and
/// is replaced. The calling task suspends and never blocks a thread of the concurrency pool: each child has
/// a thread of its own that waits for it.
///
/// Cancelling a task that waits takes its file out of the queue; cancelling one whose file is being analysed kills and
/// replaces that child. Both end with `AnalysisFailure.unavailable`.
public final class MediaWorkerPool: Sendable {
    private let queue: WorkerQueue

    /// Prepares a pool of `count` children of the program at `executable`, an absolute path. Nothing is started yet.
    public init(executable: String, count: Int, limits: WorkerLimits = WorkerLimits()) {
        queue = WorkerQueue(executable: executable, count: max(1, count), limits: limits)
    }

    /// Starts the children and returns when each is ready to work, or says why one cannot be started.
    ///
    /// After a failure nothing is left running, and `start` may be called again.
    public func start() async throws(AnalysisFailure) {
        let failure: AnalysisFailure? = await withCheckedContinuation { continuation in
            queue.start { continuation.resume(returning: $0) }
        }
        if let failure {
            await stop()
            throw failure
        }
    }

    /// Fails what waits or runs with `unavailable`, ends the children, and returns when all of them are gone.
    public func stop() async {
        await withCheckedContinuation { continuation in
            queue.stop { continuation.resume() }
        }
    }

    /// Analyses the regular file behind `descriptor`, which must be open for reading and stay open until the answer.
    ///
    /// The file's offset does not move. Where all children are busy the file waits its turn.
    public func analyse(
        descriptor: Int32, options: AnalysisOptions = AnalysisOptions()
    ) async throws(AnalysisFailure) -> Analysis {
        switch await outcome(descriptor: descriptor, options: options) {
        case .success(let analysis): return analysis
        case .failure(let failure): throw failure
        }
    }

    private func outcome(
        descriptor: Int32, options: AnalysisOptions
    ) async -> Result<Analysis, AnalysisFailure> {
        let job = queue.reserve()
        defer { queue.forget(job) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.submit(job, descriptor: descriptor, options: options) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            queue.cancel(job)
        }
    }

    /// How the children are doing at this moment.
    public var health: WorkerHealth { queue.health }
}
