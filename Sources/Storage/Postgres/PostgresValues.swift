import CPostgres

/// Arguments in PostgreSQL's binary formats, so that every byte and every number arrives as it is.
///
/// The types are said outright; `NULL` alone takes the type of its place.
struct PostgresArguments {
    private(set) var types: [Oid] = []
    private var bytes: [UInt8] = []
    private var places: [Int?] = []
    private var lengths: [Int32] = []

    init(_ arguments: [SQLValue]) throws(EngineFailure) {
        for argument in arguments { try append(argument) }
        // An address to point at, even where all arguments are empty.
        bytes.append(0)
    }

    private mutating func append(_ argument: SQLValue) throws(EngineFailure) {
        let start = bytes.count
        switch argument {
        case .null:
            types.append(0)
            places.append(nil)
            lengths.append(0)
            return
        case .integer(let number):
            types.append(PostgresType.int8)
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        case .real(let number):
            types.append(PostgresType.float8)
            withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
        case .text(let text):
            types.append(PostgresType.text)
            bytes.append(contentsOf: text.utf8)
        case .blob(let blob):
            types.append(PostgresType.bytea)
            bytes.append(contentsOf: blob)
        }
        guard let length = Int32(exactly: bytes.count - start) else {
            throw EngineFailure(error: .engine(code: "value_too_large", message: "A value has 2 GiB or more."))
        }
        places.append(start)
        lengths.append(length)
    }

    /// Lends the arrays that libpq reads: addresses, lengths, and 1 (binary) for each.
    func withPointers<R>(
        _ body: ([UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) -> R
    ) -> R {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.bindMemory(to: CChar.self).baseAddress
            let values = places.map { place in place.flatMap { place in base.map { $0 + place } } }
            return body(values, lengths, Array(repeating: 1, count: lengths.count))
        }
    }
}

/// Object ids of the built-in types. Source: PostgreSQL's catalog `pg_type.dat`; they never change.
enum PostgresType {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let name: Oid = 19
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let oid: Oid = 26
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let unknown: Oid = 705
    static let bpchar: Oid = 1042
    static let varchar: Oid = 1043
    static let numeric: Oid = 1700
    static let void: Oid = 2278

    /// Reads a value in its binary format; `nil` where the bytes are not of the type, or the type is not one of ours.
    static func value(_ type: Oid, _ bytes: UnsafeBufferPointer<UInt8>) -> SQLValue? {
        switch type {
        case int8: bytes.count == 8 ? .integer(Int64(bitPattern: number(bytes))) : nil
        case int4: bytes.count == 4 ? .integer(Int64(Int32(truncatingIfNeeded: number(bytes)))) : nil
        case int2: bytes.count == 2 ? .integer(Int64(Int16(truncatingIfNeeded: number(bytes)))) : nil
        case oid: bytes.count == 4 ? .integer(Int64(number(bytes))) : nil
        case bool: bytes.count == 1 ? .integer(Int64(number(bytes))) : nil
        case float8: bytes.count == 8 ? .real(Double(bitPattern: number(bytes))) : nil
        case float4:
            bytes.count == 4 ? .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: number(bytes))))) : nil
        case text, varchar, bpchar, name, unknown: .text(String(decoding: bytes, as: UTF8.self))
        case bytea: .blob(Array(bytes))
        case numeric: decimal(bytes)
        case void: .null
        default: nil
        }
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `numeric`, as sums of integers come: an integer where it is one and fits, else the nearest real number.
    ///
    /// Four 16-bit numbers (count of digits, weight of the first, sign, digits shown after the point), then the digits to
    /// base 10,000. Source: PostgreSQL, `numeric_send`.
    private static func decimal(_ bytes: UnsafeBufferPointer<UInt8>) -> SQLValue? {
        guard bytes.count >= 8, bytes.count.isMultiple(of: 2) else { return nil }
        let words = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let weight = Int(Int16(bitPattern: words[1]))
        let digits = words.dropFirst(4)
        guard digits.count == Int(words[0]), words[2] == 0 || words[2] == 0x4000 else { return nil }
        let isNegative = words[2] == 0x4000
        var whole: Int64? = digits.count <= max(0, weight + 1) ? 0 : nil
        var real = 0.0
        for (place, digit) in digits.enumerated() {
            let signed = isNegative ? -Int64(digit) : Int64(digit)
            whole = whole.flatMap { append(signed, to: $0) }
            real += Double(signed) * power(weight - place)
        }
        for _ in 0..<max(0, weight + 1 - digits.count) { whole = whole.flatMap { append(0, to: $0) } }
        return whole.map { .integer($0) } ?? .real(real)
    }

    private static func append(_ digit: Int64, to number: Int64) -> Int64? {
        let (shifted, isOver) = number.multipliedReportingOverflow(by: 10_000)
        if isOver { return nil }
        let (sum, isStillOver) = shifted.addingReportingOverflow(digit)
        return isStillOver ? nil : sum
    }

    private static func power(_ exponent: Int) -> Double {
        (0..<abs(exponent)).reduce(1.0) { product, _ in exponent < 0 ? product / 10_000 : product * 10_000 }
    }
}
