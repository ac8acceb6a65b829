import Fingerprints
import Moderation

/// How domain values lie in columns.
extension SQLValue {
    static func id<N: Noun>(_ id: ID<N>) -> SQLValue { .text(id.text) }
    static func id<N: Noun>(_ id: ID<N>?) -> SQLValue { id.map { .text($0.text) } ?? .null }
    static func time(_ time: Timestamp) -> SQLValue { .integer(time.milliseconds) }
    static func time(_ time: Timestamp?) -> SQLValue { time.map { .integer($0.milliseconds) } ?? .null }
    static func optional(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    static func optional(_ number: Int?) -> SQLValue { number.map { .integer(Int64($0)) } ?? .null }
    static func number(_ number: Int) -> SQLValue { .integer(Int64(number)) }
}

extension SQLRow {
    func id<N: Noun>(_ column: Int, of noun: N.Type = N.self) throws(StoreError) -> ID<N> {
        guard let id = ID<N>(try text(column)) else {
            throw StoreError.corrupt("Column \(column) holds no \(N.idPrefix) id.")
        }
        return id
    }

    func optionalID<N: Noun>(_ column: Int, of noun: N.Type = N.self) throws(StoreError) -> ID<N>? {
        guard let text = try optionalText(column) else { return nil }
        guard let id = ID<N>(text) else {
            throw StoreError.corrupt("Column \(column) holds no \(N.idPrefix) id.")
        }
        return id
    }

    func time(_ column: Int) throws(StoreError) -> Timestamp {
        Timestamp(milliseconds: try integer(column))
    }

    func optionalTime(_ column: Int) throws(StoreError) -> Timestamp? {
        try optionalInteger(column).map { Timestamp(milliseconds: $0) }
    }

    func number(_ column: Int) throws(StoreError) -> Int {
        guard let number = Int(exactly: try integer(column)) else {
            throw StoreError.corrupt("Column \(column) holds a number that is too large.")
        }
        return number
    }

    func optionalNumber(_ column: Int) throws(StoreError) -> Int? {
        guard let value = try optionalInteger(column) else { return nil }
        guard let number = Int(exactly: value) else {
            throw StoreError.corrupt("Column \(column) holds a number that is too large.")
        }
        return number
    }

    /// A value of an enum that is stored by its raw text.
    func value<E: RawRepresentable>(_ column: Int, of type: E.Type = E.self) throws(StoreError) -> E
    where E.RawValue == String {
        guard let value = E(rawValue: try text(column)) else {
            throw StoreError.corrupt("Column \(column) holds no \(E.self).")
        }
        return value
    }
}
