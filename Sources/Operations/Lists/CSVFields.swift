/// One record of comma-separated values as RFC 4180 has it.
enum CSVFields {
    /// The fields of one record; `nil` where its quotes do not fit together.
    static func read(_ line: String) -> [String]? {
        var fields: [String] = []
        var rest = line.utf8[...]
        while true {
            if rest.first == UInt8(ascii: "\"") {
                guard let field = readQuoted(&rest) else { return nil }
                fields.append(field)
            } else {
                let field = rest.prefix { $0 != UInt8(ascii: ",") }
                guard !field.contains(UInt8(ascii: "\"")) else { return nil }
                fields.append(String(decoding: field, as: UTF8.self))
                rest = rest[field.endIndex...]
            }
            guard let next = rest.popFirst() else { return fields }
            guard next == UInt8(ascii: ",") else { return nil }
        }
    }

    private static func readQuoted(_ rest: inout Substring.UTF8View) -> String? {
        rest = rest.dropFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\"") else {
                bytes.append(byte)
                continue
            }
            guard rest.first == UInt8(ascii: "\"") else { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
            rest = rest.dropFirst()
        }
        return nil
    }

    /// The first bytes of a field that get an apostrophe in front: what begins a formula, and the apostrophe itself.
    private static let guarded = Array("=+-@\t'".utf8)

    /// A field as it was before `write` put an apostrophe in front; other fields as they are.
    static func unguarded(_ field: String) -> String {
        let bytes = field.utf8
        guard bytes.first == UInt8(ascii: "'"), let second = bytes.dropFirst().first, guarded.contains(second) else {
            return field
        }
        return String(decoding: bytes.dropFirst(), as: UTF8.self)
    }

    /// A record's line, quoted where it must be. Line breaks become spaces, so that a record is always one line. A field that a
    /// spreadsheet would take for a formula gets an apostrophe in front, which `unguarded` takes away again.
    static func write(_ fields: [String]) -> String {
        fields.map { field in
            var text = field.replacing("\r\n", with: " ").replacing("\n", with: " ").replacing("\r", with: " ")
            if let first = text.utf8.first, guarded.contains(first) { text = "'" + text }
            guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
                return text
            }
            return "\"" + text.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",")
    }
}
