/// One Swift file as the rules see it.
struct SourceFile {
    /// From the root of the checkout: `Sources/Storage/Database.swift`.
    var path: String
    var lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    /// The second part of the path.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// Whether it is part of the product, not of its tests and benchmarks.
    var isProduct: Bool { path.hasPrefix("Sources/") }

    /// The lines that are no comment, with their numbers from 1.
    var code: [(number: Int, line: Substring)] {
        lines.enumerated().filter { !$0.element.drop { $0 == " " }.hasPrefix("//") }.map { ($0.offset + 1, $0.element) }
    }

    /// Whether a comment says why the compiler's checks are not needed here.
    var explainsSafety: Bool {
        lines.contains { line in
            line.firstRange(of: "//").map { line[$0.upperBound...].contains("SAFETY:") } ?? false
        }
    }

    /// The modules that are imported, in whatever way.
    var imports: [String] {
        code.compactMap { _, line in
            var words = line.split(separator: " ")[...]
            while let word = words.first, word.hasPrefix("@") || Self.accessLevels.contains(word) {
                words.removeFirst()
            }
            guard words.popFirst() == "import", var name = words.popFirst() else { return nil }
            if Self.kinds.contains(name), let next = words.popFirst() { name = next }
            return String(name.prefix { $0 != "." })
        }
    }

    private static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
    ]
}

/// One target as the manifest declares it.
struct TargetEntry {
    var name: String
    var isTest = false
    /// Targets of this package; products of others are ruled by their modules' homes.
    var dependencies: [String] = []
}
