/// Short spellings for arguments: `[.text(id), .flag(isPublic), .optional(quality)]`.
extension SQLValue {
    public static func int(_ value: Int) -> SQLValue { .integer(Int64(value)) }

    /// Flags are stored as 0 or 1.
    public static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

    public static func optional(_ value: Int64?) -> SQLValue { value.map(SQLValue.integer) ?? .null }
    public static func optional(_ value: Double?) -> SQLValue { value.map(SQLValue.real) ?? .null }
    public static func optional(_ value: [UInt8]?) -> SQLValue { value.map(SQLValue.blob) ?? .null }
}
