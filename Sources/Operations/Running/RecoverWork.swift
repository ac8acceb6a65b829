import Moderation
import Storage

/// Picks up, at start, what an earlier life of this process left in the middle.
public struct RecoverWork: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// What was found.
    public struct Recovered: Hashable, Sendable {
        /// Jobs whose lease this node held and which are ready again.
        public var jobs: Int
        /// Uploads that no submission needs.
        public var orphans: Int
    }

    /// Frees the jobs that this node held and sweeps the spool. Only for a node that has not begun to serve.
    public func recover() async throws -> Recovered {
        let (node, now) = (installation.node, installation.clock().milliseconds)
        let jobs = try await installation.database.write { connection in
            try JobStore.release(connection, owner: node, now: now)
        }
        let needed = try await installation.database.read { connection in
            try ContentStore(connection).spooledFiles().union(ListImportStore(connection).spooledFiles())
        }
        return Recovered(jobs: jobs, orphans: installation.spool.sweep(keeping: needed))
    }
}
