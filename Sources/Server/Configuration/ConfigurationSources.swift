import Configuration
import Foundation
import Moderation
import SystemPackage

/// Where settings come from: the file, the environment and the flags, of which the later wins.
public struct ConfigurationSources: Sendable {
    public var file: String?
    public var environment: [String: String]
    /// By the settings' names.
    public var flags: [String: String]

    public init(file: String?, environment: [String: String], flags: [String: String]) {
        self.file = file
        self.environment = environment
        self.flags = flags
    }

    /// The configuration, with defaults where nothing is said; refuses a wrong value or an unknown name with what would be right.
    public func load() async throws -> ServerConfiguration {
        let reader = ConfigReader(providers: try await providers())
        var configuration = ServerConfiguration()
        for setting in Setting.all {
            guard let text = reader.string(forKey: ConfigKey([setting.name]), isSecret: setting.isSecret) else {
                continue
            }
            guard setting.read(text, &configuration) else {
                let shown = setting.isSecret ? "" : " “\(text.prefix(100))”"
                throw Refusal(
                    .invalid, code: "invalid_configuration",
                    "The setting \(setting.name) cannot be\(shown); accepted: \(setting.accepted).")
            }
        }
        return configuration
    }

    private func providers() async throws -> [any ConfigProvider] {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, text) in flags { values[AbsoluteConfigKey([name])] = ConfigValue(.string(text), isSecret: false) }
        for setting in Setting.all {
            guard flags[setting.name] == nil, let text = environment[setting.environmentName] else { continue }
            values[AbsoluteConfigKey([setting.name])] = ConfigValue(.string(text), isSecret: setting.isSecret)
        }
        try refuseUnknownEnvironment()
        let spoken = InMemoryProvider(name: "flags and environment", values: values)
        guard let file else { return [spoken] }
        try refuseUnknownNames(in: file)
        do {
            return [spoken, try await FileProvider<YAMLSnapshot>(filePath: FilePath(file))]
        } catch {
            throw Refusal(.invalid, code: "invalid_configuration", "The file \(file) is not a YAML mapping: \(error)")
        }
    }

    /// Names that other parts of the program read.
    private static let otherNames: Set<String> = [
        "FIREBREAK_SERVER", "FIREBREAK_KEY", "FIREBREAK_CONFIG", "FIREBREAK_STRICT",
    ]

    private func refuseUnknownEnvironment() throws(Refusal) {
        let known = Set(Setting.all.map(\.environmentName)).union(Self.otherNames)
        for name in environment.keys.sorted() where name.hasPrefix("FIREBREAK_") && !known.contains(name) {
            if name.hasPrefix("FIREBREAK_CI") || name.hasPrefix("FIREBREAK_TEST") { continue }
            throw Refusal(
                .invalid, code: "invalid_configuration",
                "The environment has \(name), which is no setting; known: \(known.sorted().joined(separator: ", ")).")
        }
    }

    /// The file is flat: every line that is not indented names a setting. A misspelt name is refused, not passed over.
    private func refuseUnknownNames(in file: String) throws(Refusal) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw Refusal(.invalid, code: "invalid_configuration", "The configuration file \(file) cannot be read.")
        }
        let known = Set(Setting.all.map(\.name))
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first, !first.isWhitespace, first != "#", !line.hasPrefix("---"),
                let colon = line.firstIndex(of: ":")
            else { continue }
            let name = String(line[..<colon])
            guard known.contains(name) else {
                throw Refusal(
                    .invalid, code: "invalid_configuration",
                    "\(file):\(index + 1): there is no setting \(name); known: \(known.sorted().joined(separator: ", "))."
                )
            }
        }
    }
}
