/// The plan of the house, and what breaks it.
///
/// Values only: `Checkout` reads them from the working tree, and the tests of the rules make small ones up.
struct Architecture {
    /// In the order of the manifest, in which a target may depend only on what stands above it.
    var targets: [TargetEntry]
    var files: [SourceFile]
    /// The text of `Documentation/Modules.md`.
    var modulesPage: String

    /// Everything that breaks a rule, one sentence each.
    var violations: [String] {
        upwardEdges + unplannedImports + longFiles + undescribedTargets + escapeHatches
    }

    /// A target that depends on one that stands below it, or on itself.
    var upwardEdges: [String] {
        let places = Dictionary(targets.enumerated().map { ($1.name, $0) }) { first, _ in first }
        return targets.enumerated().flatMap { place, target in
            target.dependencies.filter { (places[$0] ?? -1) >= place }.map {
                "Package.swift: \(target.name) depends on \($0), which stands below it"
            }
        }
    }

    /// An import of a target that is not declared, of an outside module away from its home, or of one that has no home.
    var unplannedImports: [String] {
        let byName = Dictionary(targets.map { ($0.name, $0) }) { first, _ in first }
        return files.filter { $0.isProduct }.flatMap { file in
            file.imports.compactMap { module -> String? in
                guard module != file.target, !Home.everywhere.contains(module) else { return nil }
                if let home = Home.of[module] {
                    return home.contains(file.target)
                        ? nil : "\(file.path): \(module) lives in \(home.sorted().joined(separator: ", ")) only"
                }
                guard byName[module] != nil else {
                    return "\(file.path): \(module) has no home; give it one in Home.swift"
                }
                let isDeclared = byName[file.target]?.dependencies.contains(module) == true
                return isDeclared ? nil : "\(file.path): \(file.target) does not declare \(module)"
            }
        }
    }

    static let lineLimit = 500

    var longFiles: [String] {
        files.filter { $0.lines.count > Self.lineLimit }.map {
            "\($0.path): \($0.lines.count) lines; \(Self.lineLimit) is the limit"
        }
    }

    /// A target that no row of the table of modules names.
    var undescribedTargets: [String] {
        let named = modulesPage.split(separator: "\n").filter { $0.hasPrefix("|") }.flatMap { row -> [Substring] in
            let cell = row.dropFirst().prefix { $0 != "|" }
            return cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
        let known = Set(named.map(String.init))
        return targets.filter { !$0.isTest && !known.contains($0.name) }.map {
            "Documentation/Modules.md: no row for \($0.name)"
        }
    }

    /// Words that stop the process or silence the compiler, in the product's own code.
    var escapeHatches: [String] {
        files.filter(\.isProduct).flatMap { file in
            file.code.flatMap { number, line in
                Hatch.refused.filter { line.has(word: $0) }.map { "\(file.path):\(number): \($0)" }
                    + Hatch.explained.filter { line.contains($0) && !file.explainsSafety }.map {
                        "\(file.path):\(number): \($0) without a // SAFETY: comment"
                    }
            }
        }
    }
}

/// Words that need a reason, or have none.
private enum Hatch {
    static let refused = ["try!", "as!", "fatalError("]
    static let explained = ["@unchecked Sendable", "nonisolated(unsafe)"]
}

extension Substring {
    /// Whether the word stands here, and not as the end of a longer one.
    fileprivate func has(word: String) -> Bool {
        var rest = self
        while let found = rest.firstRange(of: word) {
            let before = rest[..<found.lowerBound].last
            if before.map({ $0.isLetter || $0.isNumber || $0 == "_" }) != true { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }
}
