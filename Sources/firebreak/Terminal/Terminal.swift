import Foundation

/// Standard output and standard error, and what they are connected to.
struct Terminal: Sendable {
    /// Whether output goes to a person's screen, and whether it may be coloured.
    var isScreen: Bool
    var hasColour: Bool
    /// The same of standard error, where progress is shown.
    var isErrorScreen: Bool
    var hasErrorColour: Bool
    /// Columns of the screen.
    var width: Int

    static var current: Terminal {
        let environment = ProcessInfo.processInfo.environment
        let mayColour = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        let (isScreen, isErrorScreen) = (isatty(STDOUT_FILENO) == 1, isatty(STDERR_FILENO) == 1)
        return Terminal(
            isScreen: isScreen, hasColour: isScreen && mayColour, isErrorScreen: isErrorScreen,
            hasErrorColour: isErrorScreen && mayColour, width: columns)
    }

    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a line to standard output.
    func print(_ line: String) {
        Self.write(line + "\n", to: STDOUT_FILENO)
    }

    /// Writes bytes to standard output as they are.
    func write(_ data: Data) {
        Self.write(data, to: STDOUT_FILENO)
    }

    /// Writes a line to standard error.
    func complain(_ line: String) {
        Self.write((isErrorScreen ? "\r\u{1b}[K" : "") + line + "\n", to: STDERR_FILENO)
    }

    /// Writes text to standard error as it is.
    func draw(_ text: String) {
        Self.write(text, to: STDERR_FILENO)
    }

    func styled(_ text: String, _ style: TextStyle) -> String {
        hasColour ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        write(Data(text.utf8), to: descriptor)
    }

    private static func write(_ data: Data, to descriptor: Int32) {
        data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                // Nobody reads any more; there is no one to tell.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

/// A look, by the number of its escape sequence.
enum TextStyle: Int, Sendable {
    case bold = 1
    case dim = 2
    case red = 31
    case green = 32
    case yellow = 33
    case cyan = 36
}

/// Text from elsewhere made safe for a screen.
enum Printable {
    /// Without control characters, which could move the cursor or forge a line.
    static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if isControl(scalar) {
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// One line of at most 300 characters.
    static func line(_ text: String) -> String {
        String(self.text(text).prefix(300))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
