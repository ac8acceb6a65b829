/// Typed readers by column position. Each throws `StoreError.corrupt` where the value is of another type or the column
/// does not exist; the sentence names the position and the type, never the value.
extension SQLRow {
    public func integer(_ column: Int) throws(StoreError) -> Int64 {
        guard case .integer(let value) = try value(column) else { throw mismatch(column, "an integer") }
        return value
    }

    /// An integer that fits `Int`; counts and versions.
    public func int(_ column: Int) throws(StoreError) -> Int {
        guard let value = Int(exactly: try integer(column)) else { throw mismatch(column, "an Int") }
        return value
    }

    /// A number; an integer is read as one too.
    public func real(_ column: Int) throws(StoreError) -> Double {
        switch try value(column) {
        case .real(let value): return value
        case .integer(let value): return Double(value)
        case .null, .text, .blob: throw mismatch(column, "a number")
        }
    }

    public func text(_ column: Int) throws(StoreError) -> String {
        guard case .text(let value) = try value(column) else { throw mismatch(column, "text") }
        return value
    }

    public func blob(_ column: Int) throws(StoreError) -> [UInt8] {
        guard case .blob(let value) = try value(column) else { throw mismatch(column, "bytes") }
        return value
    }

    /// Zero or one, as flags are stored.
    public func flag(_ column: Int) throws(StoreError) -> Bool {
        switch try integer(column) {
        case 0: return false
        case 1: return true
        default: throw mismatch(column, "0 or 1")
        }
    }

    public func optionalInteger(_ column: Int) throws(StoreError) -> Int64? {
        try isNull(column) ? nil : integer(column)
    }

    public func optionalReal(_ column: Int) throws(StoreError) -> Double? {
        try isNull(column) ? nil : real(column)
    }

    public func optionalText(_ column: Int) throws(StoreError) -> String? {
        try isNull(column) ? nil : text(column)
    }

    public func optionalBlob(_ column: Int) throws(StoreError) -> [UInt8]? {
        try isNull(column) ? nil : blob(column)
    }

    public func isNull(_ column: Int) throws(StoreError) -> Bool {
        try value(column) == .null
    }

    private func value(_ column: Int) throws(StoreError) -> SQLValue {
        guard values.indices.contains(column) else {
            throw .corrupt("The row has \(values.count) columns; column \(column) was asked for.")
        }
        return values[column]
    }

    private func mismatch(_ column: Int, _ wanted: String) -> StoreError {
        .corrupt("Column \(column) is not \(wanted).")
    }
}
