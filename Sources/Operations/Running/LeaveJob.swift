import Logging
import Moderation
import Storage

extension LeasedJob {
    static let uploadElsewhere = "upload_on_another_node"

    /// Puts a job whose upload another node holds back for that node, and answers whether it did.
    ///
    /// After `uploadPatience` it does so no more: that node is taken to be gone, and the upload with it. Leaving a job is no
    /// attempt. It is tried again after an eighth of its age, within 1 s and 30 s, so that a node which is back soon finds
    /// its work soon.
    func leave(_ spool: String, acceptedAt: Timestamp, in installation: Installation) async throws -> Bool {
        let now = installation.clock().milliseconds
        let age = now - acceptedAt.milliseconds
        guard !installation.spool.isOwn(spool), age < installation.settings.uploadPatience else { return false }
        let retryAt = now + min(max(age / 8, 1000), 30_000)
        try await installation.database.write { connection in
            try JobStore.leave(connection, self, reason: Self.uploadElsewhere, until: retryAt)
        }
        installation.logger.debug("job left to another node", metadata: ["job": "\(id)"])
        return true
    }
}
