import Fingerprints
import HashIndex
import Logging
import Moderation
import Storage
import Synchronization

extension LiveIndex {
    /// Writes pictures and digests to the snapshot directory, so that the next start need not read them from the database. Does nothing
    /// where no directory was given or nothing has changed since the last one. Blocks on the disk.
    public func saveSnapshot() async throws {
        guard let directory = snapshotDirectory, phase == .ready else { return }
        let sequence = sequence
        guard status.withLock({ $0.savedSequence }) != sequence else { return }
        let origin = try await origin()
        // What is copied here may be newer than the sequence; whoever opens it applies the changes after that again.
        let (stills, copy) = (hashes.withLock { $0.stills }, tables.withLock { $0 })
        try copy.snapshot(origin: origin, sequence: sequence).write(to: directory + "/tables")
        try stills.save(
            to: directory + "/stills", stamp: HammingIndex.SnapshotStamp(origin: origin, sequence: sequence))
        status.withLock { $0.savedSequence = sequence }
        logger.info("index snapshot written", metadata: ["sequence": "\(sequence)", "pictures": "\(stills.count)"])
    }

    /// Opens the snapshot, and answers the number of the last change it holds; `nil` where there is none that can be used.
    func openSnapshot(banks: [Bank]) async throws -> Int64? {
        guard let directory = snapshotDirectory else { return nil }
        let origin = try await origin()
        let latest = try await database.read { try SignalStore($0).latestChange() }
        let opened: HammingIndex.OpenedSnapshot
        do throws(SnapshotError) {
            opened = try HammingIndex.open(snapshot: directory + "/stills", origin: origin)
        } catch {
            logger.info("index snapshot not used", metadata: ["code": "\(error.code)", "reason": "\(error.message)"])
            return nil
        }
        guard let table = TableSnapshot(path: directory + "/tables", origin: origin),
            table.sequence == opened.stamp.sequence, table.sequence <= latest,
            let restored = SignalTables(table, banks: banks)
        else {
            logger.info(
                "index snapshot not used", metadata: ["reason": "Its tables are missing, damaged or of another state."])
            return nil
        }
        tables.withLock { $0 = restored }
        hashes.withLock { $0 = HashIndexes(stills: opened.index) }
        status.withLock { $0.savedSequence = table.sequence }
        return table.sequence
    }

    /// What tells this database from another one.
    private func origin() async throws -> UInt64 {
        let platforms = try await database.read { try PlatformStore($0).all() }
        return platforms.first.map { $0.id.low ^ $0.id.high } ?? 0
    }
}
