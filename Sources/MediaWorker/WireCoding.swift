/// Writes values of the wire protocol: little-endian integers of fixed width, and lengths before everything that has
/// one.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ value: Int) { write(Int64(value)) }

    mutating func write(_ value: some Collection<UInt8>) {
        write(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func write(_ text: String) { write(text.utf8) }

    mutating func write<Value>(_ value: Value?, _ body: (inout WireWriter, Value) -> Void) {
        write(UInt8(value == nil ? 0 : 1))
        if let value { body(&self, value) }
    }

    mutating func write<Value>(_ values: [Value], _ body: (inout WireWriter, Value) -> Void) {
        write(UInt32(values.count))
        for value in values { body(&self, value) }
    }
}

/// What is wrong with bytes that came over the socket.
enum WireError: Error {
    case truncated
    case overBudget
    case malformed
    case wrongVersion(UInt8)
}

/// Reads what `WireWriter` writes. Every length is checked against what is left before anything is allocated for it.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(WireError) -> Value {
        let width = MemoryLayout<Value>.size
        guard rest.count >= width else { throw .truncated }
        var value = Value.zero
        for (position, byte) in rest.prefix(width).enumerated() {
            value |= Value(truncatingIfNeeded: byte) << Value(truncatingIfNeeded: 8 * position)
        }
        rest = rest.dropFirst(width)
        return value
    }

    mutating func int() throws(WireError) -> Int { Int(try integer(Int64.self)) }

    /// An integer that is not negative.
    mutating func count() throws(WireError) -> Int {
        let value = try int()
        guard value >= 0 else { throw .malformed }
        return value
    }

    mutating func blob(limit: Int) throws(WireError) -> [UInt8] {
        let count = Int(try integer(UInt32.self))
        guard count <= limit else { throw .overBudget }
        guard count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func text(limit: Int) throws(WireError) -> String {
        let bytes = try blob(limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return text
    }

    mutating func optional<Value>(
        _ body: (inout WireReader) throws(WireError) -> Value
    ) throws(WireError) -> Value? {
        switch try integer(UInt8.self) {
        case 0: nil
        case 1: try body(&self)
        default: throw .malformed
        }
    }

    /// A list whose elements take `width` bytes or more each.
    mutating func list<Value>(
        limit: Int, width: Int, _ body: (inout WireReader) throws(WireError) -> Value
    ) throws(WireError) -> [Value] {
        let count = Int(try integer(UInt32.self))
        guard count <= limit else { throw .overBudget }
        guard count <= rest.count / width else { throw .truncated }
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try body(&self)) }
        return values
    }
}
