import Synchronization

/// What only the holder of the writer's lock may touch.
struct Writer: Sendable {
    /// Segments and tails that a running job will replace.
    var claimed: Set<ObjectIdentifier> = []
    /// Jobs that build a segment without holding the lock.
    var runningJobs = 0
    /// Slots whose generations ran out while jobs were running: rows of theirs in the making are dead.
    var purged: [UInt32] = []
    /// Removals and replacements since dead items were last counted.
    var deaths = 0
}

extension HammingIndex {
    /// Stores items; each is visible to every lookup that begins after this returns.
    ///
    /// An item whose slot is in use replaces what the slot held: a lookup meanwhile finds the old or the new one. Of two
    /// items with one slot the later stays. A large batch becomes segments at once (a second or so for a million), a small one
    /// goes to the tail (a fraction of a microsecond each). Other writers wait for the latter only.
    @inlinable
    public func insert(_ items: some Collection<Item>) {
        if items.withContiguousStorageIfAvailable({ insert(contiguous: $0) }) != nil { return }
        Array(items).withUnsafeBufferPointer { insert(contiguous: $0) }
    }

    @usableFromInline
    func insert(contiguous items: UnsafeBufferPointer<Item>) {
        guard items.count >= max(4 * configuration.tailCapacity, ChunkPlan.smallestProbed) else {
            writer.withLock { writer in
                for item in items {
                    append(item, &writer)
                }
            }
            return
        }
        var start = 0
        while start < items.count {
            let end = min(start + configuration.maximumSegmentRows, items.count)
            insertSegment(UnsafeBufferPointer(rebasing: items[start..<end]))
            start = end
        }
    }

    /// Removes what the slots hold; slots that hold nothing are passed over.
    ///
    /// No lookup that begins after this returns finds them.
    public func remove(slots: some Collection<UInt32>) {
        writer.withLock { writer in
            for slot in slots {
                let state = liveness.state(of: slot)
                guard state & Liveness.live != 0 else { continue }
                liveness.set(state & ~Liveness.live, of: slot)
                liveCount.wrappingSubtract(1, ordering: .relaxed)
                writer.deaths += 1
            }
        }
    }

    private func append(_ item: Item, _ writer: inout Writer) {
        let tail = tailWithRoom()
        let state = liveness.state(of: item.slot)
        let last = state & ~Liveness.live
        guard state & Liveness.live != 0 else {
            let generation = nextGeneration(after: last, slot: item.slot, &writer)
            tail.write(hash: item.hash, slot: item.slot, generation: generation)
            liveness.set(Liveness.live | generation, of: item.slot)
            tail.publish()
            liveCount.wrappingAdd(1, ordering: .relaxed)
            return
        }
        replacements.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let generation = nextGeneration(after: last, slot: item.slot, &writer)
        tail.write(hash: item.hash, slot: item.slot, generation: generation)
        tail.publish()
        liveness.set(Liveness.live | generation, of: item.slot)
        replacements.wrappingAdd(1, ordering: .sequentiallyConsistent)
        writer.deaths += 1
    }

    /// The generation for the next row of a slot. After the last of them every row of the slot is voided, wherever it lies,
    /// and counting begins again.
    private func nextGeneration(after last: UInt8, slot: UInt32, _ writer: inout Writer) -> UInt8 {
        guard last == Liveness.lastGeneration else { return last + 1 }
        let contents = contents.load()
        for segment in contents.segments { segment.void(slot: slot) }
        for tail in contents.sealed { tail.void(slot: slot) }
        contents.tail.void(slot: slot)
        if writer.runningJobs > 0 { writer.purged.append(slot) }
        return 1
    }

    private func tailWithRoom() -> Tail {
        let contents = contents.load()
        guard contents.tail.count == contents.tail.capacity else { return contents.tail }
        let tail = Tail(capacity: configuration.tailCapacity)
        self.contents.store(
            Contents(segments: contents.segments, sealed: contents.sealed + [contents.tail], tail: tail))
        return tail
    }

    /// Builds a segment of the items whose slots are free and have a generation left; the others go to the tail.
    private func insertSegment(_ items: UnsafeBufferPointer<Item>) {
        var builder = SegmentBuilder(capacity: items.count)
        var added = 0
        let purgesSeen = writer.withLock { writer in
            writer.runningJobs += 1
            let purgesSeen = writer.purged.count
            for item in items {
                let state = liveness.state(of: item.slot)
                if state < Liveness.lastGeneration {
                    liveness.set(Liveness.live | (state + 1), of: item.slot)
                    builder.append(hash: item.hash, slot: item.slot, generation: state + 1)
                    added += 1
                } else {
                    append(item, &writer)
                }
            }
            return purgesSeen
        }
        liveCount.wrappingAdd(added, ordering: .relaxed)
        finish(builder.build(), replacing: [], purgesSeen: purgesSeen)
    }

    /// Publishes what a job has built in place of what it was built from.
    func finish(_ segment: Segment?, replacing old: Set<ObjectIdentifier>, purgesSeen: Int) {
        writer.withLock { writer in
            for slot in writer.purged[purgesSeen...] {
                segment?.void(slot: slot)
            }
            let contents = contents.load()
            self.contents.store(
                Contents(
                    segments: contents.segments.filter { !old.contains(ObjectIdentifier($0)) }
                        + (segment.map { [$0] } ?? []),
                    sealed: contents.sealed.filter { !old.contains(ObjectIdentifier($0)) },
                    tail: contents.tail))
            writer.claimed.subtract(old)
            writer.runningJobs -= 1
            if writer.runningJobs == 0 { writer.purged.removeAll() }
        }
    }
}
