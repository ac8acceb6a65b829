import Fingerprints
import Foundation
import Logging
import Moderation

/// One thing that can be set: its name in the file, what it means, and how its text becomes a value. File, environment, flags,
/// `config show` and the generated page all come from this list.
public struct Setting: Sendable {
    /// The name in the file; upper-cased behind `FIREBREAK_` in the environment; with hyphens as a flag.
    public let name: String
    /// What it means, with its unit.
    public let meaning: String
    /// The accepted values, for people.
    public let accepted: String
    public let isSecret: Bool
    let read: @Sendable (String, inout ServerConfiguration) -> Bool
    let show: @Sendable (ServerConfiguration) -> String

    public var environmentName: String { "FIREBREAK_" + name.uppercased() }
    public var flagName: String { "--" + name.replacingOccurrences(of: "_", with: "-") }

    /// The value as it would be written in the file, secrets redacted.
    public func shown(_ configuration: ServerConfiguration) -> String {
        let text = show(configuration)
        return isSecret ? Self.redacted(text) : text
    }

    /// The password of a URL is not for logs and screens.
    private static func redacted(_ text: String) -> String {
        guard var parts = URLComponents(string: text) else { return text.isEmpty ? "" : "(redacted)" }
        if parts.password != nil { parts.password = "redacted" }
        parts.queryItems = parts.queryItems?.map {
            $0.name.lowercased().contains("password") ? URLQueryItem(name: $0.name, value: "redacted") : $0
        }
        return parts.string ?? "(redacted)"
    }

    init(
        _ name: String, _ meaning: String, accepted: String, isSecret: Bool = false,
        show: @Sendable @escaping (ServerConfiguration) -> String,
        read: @Sendable @escaping (String, inout ServerConfiguration) -> Bool
    ) {
        self.name = name
        self.meaning = meaning
        self.accepted = accepted
        self.isSecret = isSecret
        self.show = show
        self.read = read
    }

    /// Every setting in the order in which a reader wants them.
    public static let all: [Setting] = [
        Setting(
            "listen", "Where the HTTP server listens.", accepted: "host:port; port 0 takes a free one",
            show: { "\($0.host):\($0.port)" },
            read: { text, configuration in
                guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                    (0...65535).contains(port), colon > text.startIndex
                else { return false }
                configuration.host = String(text[..<colon])
                configuration.port = port
                return true
            }),
        Setting(
            "data", "The directory that this node keeps; made where it is missing.", accepted: "a path",
            show: { $0.data }, read: { text, configuration in set(&configuration.data, text.isEmpty ? nil : text) }),
        Setting(
            "database", "The database; left out, the embedded one in the data directory.",
            accepted: "postgres://user:password@host/name", isSecret: true, show: { $0.database ?? "" },
            read: { text, configuration in
                guard text.isEmpty || text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else {
                    return false
                }
                configuration.database = text.isEmpty ? nil : text
                return true
            }),
        Setting(
            "fail_mode", "The verdict where the index, a worker or a decoder cannot answer.",
            accepted: FailMode.allCases.map(\.rawValue).joined(separator: ", "), show: { $0.failMode.rawValue },
            read: { text, configuration in set(&configuration.failMode, FailMode(rawValue: text)) }),
        Setting(
            "maximum_upload", "The largest upload, in bytes.", accepted: "1 to 1099511627776",
            show: { String($0.maximumUpload) },
            read: { text, configuration in set(&configuration.maximumUpload, number(text, in: 1...1_099_511_627_776)) }),
        Setting(
            "frame_interval", "The time between sampled frames of a video, in seconds.", accepted: "0.1 to 60",
            show: { String($0.frameInterval.seconds) },
            read: { text, configuration in
                guard let seconds = Double(text), (0.1...60).contains(seconds) else { return false }
                configuration.frameInterval = MediaTime(seconds: seconds)
                return true
            }),
        Setting(
            "analysis_attempts", "How often an analysis that failed for a passing reason is tried.",
            accepted: "1 to 10",
            show: { String($0.analysisAttempts) },
            read: { text, configuration in set(&configuration.analysisAttempts, number(text, in: 1...10)) }),
        Setting(
            "media_workers", "Media worker processes; left out, one a core.", accepted: "1 to 256",
            show: { String($0.mediaWorkers) },
            read: { text, configuration in set(&configuration.mediaWorkers, number(text, in: 1...256)) }),
        Setting(
            "media_worker", "The media worker's program; left out, the one beside this program.", accepted: "a path",
            show: { $0.worker ?? "" },
            read: { text, configuration in
                configuration.worker = text.isEmpty ? nil : text
                return true
            }),
        Setting(
            "index_staleness",
            "How long the index may be without word from the database before lookups answer “unavailable”, in milliseconds.",
            accepted: "1000 to 3600000", show: { String($0.indexStaleness) },
            read: { text, configuration in
                set(&configuration.indexStaleness, number(text, in: 1000...3_600_000).map(Int64.init))
            }),
        Setting(
            "log_level", "The least important messages that are logged.",
            accepted: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "), show: { $0.logLevel.rawValue },
            read: { text, configuration in set(&configuration.logLevel, Logger.Level(rawValue: text)) }),
    ]

    private static func set<T>(_ place: inout T, _ value: T?) -> Bool {
        guard let value else { return false }
        place = value
        return true
    }

    private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
