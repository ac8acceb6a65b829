import Logging
import Moderation
import Storage

extension LeasedJob {
    /// Puts a job back for the node that holds its upload, where that is another one, and answers whether it did.
    ///
    /// After `uploadPatience` it does so no more: that node is taken to be gone, and the upload with it.
    func leave(_ spool: String, acceptedAt: Timestamp, in installation: Installation) async throws -> Bool {
        let now = installation.clock().milliseconds
        guard let holder = installation.spool.holder(of: spool), holder != installation.node,
            now - acceptedAt.milliseconds < installation.settings.uploadPatience
        else { return false }
        try await installation.database.write { try JobStore.leave($0, self, to: holder, now: now) }
        installation.logger.debug("job left to another node", metadata: ["job": "\(id)", "node": "\(holder)"])
        return true
    }
}
