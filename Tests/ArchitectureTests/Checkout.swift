import Foundation

/// Reads the plan and the code from the working tree.
enum Checkout {
    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func architecture() throws -> Architecture {
        Architecture(
            targets: try targets(), files: try ["Sources", "Tests", "Benchmarks"].flatMap(files),
            modulesPage: try String(
                contentsOf: root.appendingPathComponent("Documentation/Modules.md"), encoding: .utf8))
    }

    /// The targets of the manifest. The scratch path is one of its own, since the test run holds the build folder's lock.
    private static func targets() throws -> [TargetEntry] {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("firebreak-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path, "dump-package",
        ]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Unreadable(description: "“swift package dump-package” ended with \(process.terminationStatus).")
        }
        return try JSONDecoder().decode(DumpedPackage.self, from: data).targets.map(TargetEntry.init)
    }

    private static func files(under folder: String) throws -> [SourceFile] {
        let directory = root.appendingPathComponent(folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted()
        return try names.filter { $0.hasSuffix(".swift") && !$0.hasPrefix(".") && !$0.contains("/.") }.map { name in
            SourceFile(
                path: "\(folder)/\(name)",
                text: try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8))
        }
    }
}

/// The part of `swift package dump-package` that is looked at.
struct DumpedPackage: Decodable {
    struct Target: Decodable {
        /// `{"byName": ["Storage", null]}` or `{"product": ["GRDB", "GRDB.swift", null, null]}`.
        struct Dependency: Decodable {
            var byName: [String?]?
            var target: [String?]?

            enum CodingKeys: String, CodingKey { case byName, target }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                byName = try? container.decode([String?].self, forKey: .byName)
                target = try? container.decode([String?].self, forKey: .target)
            }
        }

        var name: String
        var type: String
        var dependencies: [Dependency]
    }

    var targets: [Target]
}

extension TargetEntry {
    init(_ dumped: DumpedPackage.Target) {
        self.init(
            name: dumped.name, isTest: dumped.type == "test",
            dependencies: dumped.dependencies.compactMap { ($0.byName ?? $0.target)?.first ?? nil })
    }
}
