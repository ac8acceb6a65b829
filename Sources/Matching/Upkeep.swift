import HashIndex
import Logging
import Synchronization

extension LiveIndex {
    /// Seals and merges what has gathered since the last call. May take long; call it on a thread that may.
    public func maintain() {
        let indexes = hashes.withLock { $0 }
        while indexes.stills.maintain() {}
        while indexes.frames.maintain() {}
    }

    /// Notes that the index could not be loaded or could not follow; lookups answer “unavailable” once it is too old.
    public func report(_ error: any Error) {
        logger.error("index cannot follow the database", metadata: ["error": "\(error)"])
    }
}
