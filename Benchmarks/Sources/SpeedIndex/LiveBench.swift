import HashIndex

extension IndexBench {
    /// Times single insertions and removals while another task does the upkeep, then lookups meanwhile.
    mutating func measureLive() async {
        let index = index
        let clock = ContinuousClock()
        let fresh = (0..<200_000).map { _ in source.random() }
        let first = UInt32(stored.count)
        let queries = queries(.near, count: 2000)

        let upkeep = Task.detached {
            var steps = 0
            while !Task.isCancelled {
                if index.maintain() { steps += 1 } else { await Task.yield() }
            }
            return steps
        }
        let insert = clock.measure {
            for (number, hash) in fresh.enumerated() {
                index.insert(CollectionOfOne(.init(hash: hash, slot: first + UInt32(number))))
            }
        }
        let remove = clock.measure {
            for number in fresh.indices { index.remove(slots: CollectionOfOne(first + UInt32(number))) }
        }
        var hits: [HammingIndex.Hit] = []
        var times: [Duration] = []
        for query in queries {
            index.insert(CollectionOfOne(.init(hash: query, slot: first)))
            hits.removeAll(keepingCapacity: true)
            times.append(clock.measure { index.lookup(query, radius: 31, into: &hits) })
            precondition(hits.contains(.init(slot: first, distance: 0)), "what was inserted is found at once")
        }
        upkeep.cancel()
        times.sort()
        print(
            "HashIndex:Live:\(name)  insert \(nanoseconds(insert, fresh.count)) ns  remove \(nanoseconds(remove, fresh.count)) ns"
                + "  lookup after insert median \(microseconds(times[times.count / 2])) µs"
                + "  p99 \(microseconds(times[times.count * 99 / 100])) µs  upkeep steps \(await upkeep.value)"
                + "  segments \(index.segmentCount)")
    }

    private func nanoseconds(_ duration: Duration, _ count: Int) -> Int { Int(duration / .nanoseconds(1)) / count }
}
