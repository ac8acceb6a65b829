import Dispatch
import Logging
import Matching
import Moderation
import Operations
import ServiceLifecycle
import Storage

/// The desk at which jobs are done, until the process stops.
struct DeskService: Service {
    let desk: JobDesk

    func run() async throws {
        await withGracefulShutdownHandler {
            await desk.run()
        } onGracefulShutdown: {
            desk.stop()
        }
    }
}

/// Loads the index, then keeps it at the heels of the database.
struct IndexFollower: Service {
    let index: LiveIndex
    /// Another node's changes are seen within this time.
    static let interval = Duration.milliseconds(250)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isLoaded = false
            while !Task.isCancelled {
                do {
                    if isLoaded {
                        try await index.catchUp()
                    } else {
                        try await index.load()
                        isLoaded = true
                    }
                } catch is CancellationError {
                    return
                } catch {
                    index.report(error)
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}

/// Seals and merges the index's segments on a thread of its own, since one merge can take half a minute; and writes the
/// snapshot, now and then and at the end.
struct IndexUpkeep: Service {
    let index: LiveIndex
    private let queue = DispatchQueue(label: "firebreak.index.upkeep", qos: .utility)

    init(index: LiveIndex) {
        self.index = index
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var nextSnapshot = ContinuousClock.now + Self.snapshotInterval
            while !Task.isCancelled {
                await withCheckedContinuation { continuation in
                    queue.async {
                        index.maintain()
                        continuation.resume()
                    }
                }
                if ContinuousClock.now >= nextSnapshot {
                    await save()
                    nextSnapshot = .now + Self.snapshotInterval
                }
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
        await save()
    }

    private func save() async {
        do {
            try await index.saveSnapshot()
        } catch {
            index.report(error)
        }
    }

    private static let snapshotInterval = Duration.seconds(900)
}

/// Forgets what has served its time.
struct Housekeeping: Service {
    let installation: Installation
    /// How long an idempotency key is remembered.
    static let memory: Int64 = 7 * 24 * 3600 * 1000

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let before = installation.clock().milliseconds - Self.memory
                    while try await installation.database.write({ try IdempotencyStore.prune($0, before: before) }) > 0
                    {}
                } catch is CancellationError {
                    return
                } catch {
                    installation.logger.error("idempotency keys not pruned", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }
}
