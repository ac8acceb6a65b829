/// A piece of an SQL text: enough of a lexer to tell placeholders and words from quotes and comments.
///
/// The pieces of a text, joined, are the text. Knows 'text' and "names" with doubled quotes, PostgreSQL's E'escapes' and
/// $tag$ quotes $tag$, `-- line` and nested `/* block */` comments. A quote left open runs to the end.
struct SQLToken: Equatable {
    enum Kind: Equatable {
        case word, placeholder, quoted, comment, other
    }

    var kind: Kind
    var text: Substring

    static func scan(_ sql: String) -> [SQLToken] {
        var lexer = SQLLexer(sql: sql)
        var tokens: [SQLToken] = []
        while let token = lexer.next() { tokens.append(token) }
        return tokens
    }

    /// Numbers the `?` placeholders `$1`, `$2`, … in order.
    static func numbered(_ sql: String) -> String {
        var number = 0
        return scan(sql).map { token in
            guard token.kind == .placeholder else { return String(token.text) }
            number += 1
            return "$\(number)"
        }.joined()
    }
}

private struct SQLLexer {
    private let sql: String
    private let bytes: [UInt8]
    private var position = 0

    init(sql: String) {
        self.sql = sql
        bytes = Array(sql.utf8)
    }

    mutating func next() -> SQLToken? {
        guard position < bytes.count else { return nil }
        let start = position
        let kind = advance()
        let utf8 = sql.utf8
        let from = utf8.index(utf8.startIndex, offsetBy: start)
        let to = utf8.index(from, offsetBy: position - start)
        return SQLToken(kind: kind, text: sql[from..<to])
    }

    private mutating func advance() -> SQLToken.Kind {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "?"):
            position += 1
            return .placeholder
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            skipQuote(byte, escapes: false)
            return .quoted
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            return .comment
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
            skipBlockComment()
            return .comment
        case UInt8(ascii: "$"):
            return skipDollarQuote() ? .quoted : .other
        case UInt8(ascii: "E"), UInt8(ascii: "e"):
            if peek(1) == UInt8(ascii: "'") {
                position += 1
                skipQuote(UInt8(ascii: "'"), escapes: true)
                return .quoted
            }
            skipWord()
            return .word
        case _ where Self.isWord(byte):
            skipWord()
            return .word
        default:
            position += 1
            return .other
        }
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private mutating func skipWord() {
        while position < bytes.count, Self.isWord(bytes[position]) || bytes[position] == UInt8(ascii: "$") {
            position += 1
        }
    }

    private mutating func skipQuote(_ quote: UInt8, escapes: Bool) {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if escapes, byte == UInt8(ascii: "\\") {
                position = min(position + 1, bytes.count)
            } else if byte == quote {
                guard position < bytes.count, bytes[position] == quote else { return }
                position += 1
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if bytes[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                position += 1
            }
        }
    }

    /// Skips `$tag$ … $tag$`; where no quote opens here, skips the `$` alone and answers false.
    private mutating func skipDollarQuote() -> Bool {
        var end = position + 1
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
        let tag = bytes[position..<min(end + 1, bytes.count)]
        guard tag.count >= 2, tag.last == UInt8(ascii: "$"), !Self.isDigit(bytes[position + 1]) else {
            position += 1
            return false
        }
        position = end + 1
        while position < bytes.count {
            if bytes[position...].starts(with: tag) {
                position += tag.count
                return true
            }
            position += 1
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
