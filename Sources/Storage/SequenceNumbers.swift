extension SQLConnection {
    /// Takes `count` consecutive numbers of a named sequence, which begins at 1, and answers the first of them.
    ///
    /// The sequence is a row, locked until the transaction ends: numbers have no gaps, and a higher one never becomes
    /// visible before a lower one. So a reader may follow a table by its number and miss nothing.
    public func nextSequence(_ name: String, _ count: Int = 1) throws(StoreError) -> Int64 {
        guard count > 0 else { throw .engine(code: "sequence", message: "A sequence hands out one number or more.") }
        let rows = try query(
            """
            INSERT INTO sequence (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = sequence.value + excluded.value
            RETURNING value
            """, [.text(name), .int(count)])
        guard let last = try rows.first?.integer(0) else { throw .corrupt("Sequence \(name) answered nothing.") }
        return last - Int64(count) + 1
    }
}
