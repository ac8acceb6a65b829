import Synchronization

extension HammingIndex {
    /// Does one step of upkeep and tells whether there was one to do: turns full tails into a segment, merges segments of
    /// like size, or rewrites the segment with the most dead items.
    ///
    /// Lookups and writers go on meanwhile. Call it until it answers `false`, then again after writes. Steps may run at once
    /// on several threads; while one merges ten million hashes (half a minute) another can keep up with new ones.
    public func maintain() -> Bool {
        guard let job = claimJob() ?? claimSegmentToRewrite() else { return false }
        var builder = SegmentBuilder(capacity: job.items)
        for tail in job.tails {
            tail.forEachRow { hash, slot, generation in
                guard liveness.isLive(slot: slot, generation: generation) else { return }
                builder.append(hash: hash, slot: slot, generation: generation)
            }
        }
        for segment in job.segments {
            segment.forEachRow { hash, slot, generation in
                guard liveness.isLive(slot: slot, generation: generation) else { return }
                builder.append(hash: hash, slot: slot, generation: generation)
            }
        }
        finish(builder.build(), replacing: job.claims, purgesSeen: job.purgesSeen)
        return true
    }

    private struct Job {
        var tails: [Tail] = []
        var segments: [Segment] = []
        var purgesSeen = 0

        var items: Int { tails.reduce(0) { $0 + $1.count } + segments.reduce(0) { $0 + $1.items } }
        var claims: Set<ObjectIdentifier> {
            Set(tails.map { ObjectIdentifier($0) } + segments.map { ObjectIdentifier($0) })
        }
    }

    private func claimJob() -> Job? {
        writer.withLock { writer in
            let contents = contents.load()
            var job = Job()
            job.tails = tailsToSeal(contents, writer)
            if job.tails.isEmpty { job.segments = segmentsToMerge(contents, writer) }
            return job.claims.isEmpty ? nil : start(job, &writer)
        }
    }

    private func tailsToSeal(_ contents: Contents, _ writer: Writer) -> [Tail] {
        let free = contents.sealed.filter { !writer.claimed.contains(ObjectIdentifier($0)) }
        let most = max(configuration.maximumSegmentRows / configuration.tailCapacity, 1)
        return Array(free.prefix(most))
    }

    /// The smallest segments of one size class, once there are enough of them to be worth one merge. Each class is as many
    /// times the size of the one below as segments are merged at once, so an item is rewritten once a class.
    private func segmentsToMerge(_ contents: Contents, _ writer: Writer) -> [Segment] {
        var classes: [Int: [Segment]] = [:]
        for segment in contents.segments where !writer.claimed.contains(ObjectIdentifier(segment)) {
            var sizeClass = 0
            var size = segment.items
            while size > 2 * configuration.tailCapacity {
                size /= configuration.mergeWidth
                sizeClass += 1
            }
            classes[sizeClass, default: []].append(segment)
        }
        for (_, segments) in classes.sorted(by: { $0.key < $1.key }) where segments.count >= configuration.mergeWidth {
            var chosen: [Segment] = []
            var items = 0
            for segment in segments.sorted(by: { $0.items < $1.items }) {
                guard items + segment.items <= configuration.maximumSegmentRows else { break }
                items += segment.items
                chosen.append(segment)
            }
            if chosen.count >= 2 { return chosen }
        }
        return []
    }

    /// The segment with the most dead items, if a quarter of it is dead. Dead items are counted, without the lock, only after
    /// as many removals as an eighth of the index holds.
    private func claimSegmentToRewrite() -> Job? {
        let candidates: [Segment] = writer.withLock { writer in
            let contents = contents.load()
            guard writer.deaths > contents.segments.reduce(0, { $0 + $1.items }) / 8 else { return [] }
            let free = contents.segments.filter { !writer.claimed.contains(ObjectIdentifier($0)) }
            writer.claimed.formUnion(free.map { ObjectIdentifier($0) })
            return free
        }
        guard !candidates.isEmpty else { return nil }
        let worst =
            candidates
            .map { (segment: $0, dead: $0.deadItems(liveness)) }
            .filter { $0.dead > $0.segment.items / 4 }
            .max { $0.dead < $1.dead }
        return writer.withLock { writer in
            for segment in candidates where segment !== worst?.segment {
                writer.claimed.remove(ObjectIdentifier(segment))
            }
            guard let worst else {
                writer.deaths = 0
                return nil
            }
            return start(Job(segments: [worst.segment]), &writer)
        }
    }

    private func start(_ job: Job, _ writer: inout Writer) -> Job {
        var job = job
        writer.claimed.formUnion(job.claims)
        writer.runningJobs += 1
        job.purgesSeen = writer.purged.count
        return job
    }
}
