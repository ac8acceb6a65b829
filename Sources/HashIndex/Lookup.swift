import CHamming
import Synchronization

extension HammingIndex {
    /// Appends every stored hash within `radius` bits of the query to `hits`, each slot once, in no promised order.
    ///
    /// Exact for every radius: below 0 nothing is within it, from 256 on everything is. Up to 64 the tables are used where they
    /// cost less than a scan. What was inserted, and not removed, before the call began is found; what was removed before is
    /// not. Takes no lock and allocates nothing but room in `hits`.
    public func lookup(_ query: Hash, radius: Int, into hits: inout [Hit]) {
        guard radius >= 0 else { return }
        let start = hits.count
        for _ in 0..<4 {
            let before = replacements.load(ordering: .sequentiallyConsistent)
            let missed = search(contents.load(), query, radius: min(radius, 256), into: &hits)
            let after = replacements.load(ordering: .sequentiallyConsistent)
            guard missed, before != after || before & 1 == 1 else { return }
            // A slot near the query passed from one row to another meanwhile and neither may have been seen.
            hits.removeSubrange(start...)
        }
        writer.withLock { _ in
            _ = search(contents.load(), query, radius: min(radius, 256), into: &hits)
        }
    }

    /// Looks up many queries, as the frames of one video, into one list of hits for each query.
    ///
    /// `hits` is made as long as `queries`; its lists keep their room.
    public func lookup(_ queries: [Hash], radius: Int, into hits: inout [[Hit]]) {
        while hits.count > queries.count { hits.removeLast() }
        while hits.count < queries.count { hits.append([]) }
        for index in queries.indices {
            hits[index].removeAll(keepingCapacity: true)
            lookup(queries[index], radius: radius, into: &hits[index])
        }
    }

    /// Answers whether a row was passed over whose slot is live in another row.
    private func search(_ contents: Contents, _ query: Hash, radius: Int, into hits: inout [Hit]) -> Bool {
        var collector = HitCollector(hits: [], liveness: liveness, mode: mode)
        swap(&collector.hits, &hits)
        defer { swap(&collector.hits, &hits) }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 4) { words in
            guard let pointer = words.baseAddress else { return }
            for index in 0..<4 { words[index] = query[index] }
            collector.search(contents.tail, pointer, radius: radius)
            for tail in contents.sealed { collector.search(tail, pointer, radius: radius) }
            for segment in contents.segments { collector.search(segment, pointer, radius: radius) }
        }
        return collector.missed
    }
}

/// Turns the rows that a kernel reports into hits.
private struct HitCollector {
    var hits: [HammingIndex.Hit]
    let liveness: Liveness
    let mode: SearchMode
    /// A row was passed over whose slot is live in another row.
    var missed = false
    private var tail: Tail?
    private var segment: Segment?

    init(hits: [HammingIndex.Hit], liveness: Liveness, mode: SearchMode) {
        self.hits = hits
        self.liveness = liveness
        self.mode = mode
    }

    mutating func search(_ tail: Tail, _ query: UnsafePointer<UInt64>, radius: Int) {
        let count = tail.count
        guard count > 0 else { return }
        self.tail = tail
        tail.hashes.withMemoryRebound(to: UInt64.self, capacity: 4 * count) { words in
            scan(words, count, query, radius)
        }
    }

    mutating func search(_ segment: Segment, _ query: UnsafePointer<UInt64>, radius: Int) {
        self.tail = nil
        self.segment = segment
        if radius < segment.searches.count, !segment.layout.plan.chunks.isEmpty,
            segment.searches[radius].pays || mode.alwaysProbes
        {
            let limits = segment.searches[radius].limits
            let budget = mode.alwaysProbes ? Int.max : segment.rows / ChunkPlan.entryCost
            let (start, missedBefore) = (hits.count, missed)
            let finished = withUnsafeMutablePointer(to: &self) { collector in
                chamming_probe(
                    collector.pointee.mode.kernel.rawValue, segment.view, query, UInt32(radius), limits, budget,
                    HitCollector.sink,
                    collector)
            }
            guard finished == 0 else { return }
            // Too many hashes crowd around the query for the tables to help.
            hits.removeSubrange(start...)
            missed = missedBefore
        }
        segment.hashes.withMemoryRebound(to: UInt64.self, capacity: 4 * segment.rows) { words in
            scan(words, segment.rows, query, radius)
        }
    }

    private mutating func scan(
        _ words: UnsafePointer<UInt64>, _ count: Int, _ query: UnsafePointer<UInt64>, _ radius: Int
    ) {
        withUnsafeMutablePointer(to: &self) { collector in
            chamming_scan(
                collector.pointee.mode.kernel.rawValue, words, count, query, UInt32(radius), HitCollector.sink,
                collector)
        }
    }

    private static let sink: chamming_sink = { context, rows, count in
        guard let collector = context?.assumingMemoryBound(to: HitCollector.self), let rows else { return }
        for index in 0..<count {
            collector.pointee.take(row: Int(rows[index].row), distance: UInt16(rows[index].distance))
        }
    }

    @inline(__always)
    private mutating func take(row: Int, distance: UInt16) {
        if let tail {
            take(slot: tail.slots[row], generation: tail.generations[row].load(ordering: .relaxed), distance)
        } else if let segment {
            segment.forEachItem(of: row) { take(slot: $0, generation: $1, distance) }
        }
    }

    @inline(__always)
    private mutating func take(slot: UInt32, generation: UInt8, _ distance: UInt16) {
        let state = liveness.state(of: slot)
        if state == Liveness.live | generation {
            hits.append(HammingIndex.Hit(slot: slot, distance: distance))
        } else if state & Liveness.live != 0 {
            missed = true
        }
    }
}
