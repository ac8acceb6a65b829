public import Foundation

/// Where a server is, and the key to speak to it with.
public struct Endpoint: Hashable, Sendable {
    /// Without a path: `http://127.0.0.1:8080`.
    public let url: URL
    /// The secret of an API key; absent only for the routes that need none.
    public let key: String?

    /// Refuses an address that is not `http://` or `https://` with a host.
    public init(url text: String, key: String?) throws(ClientError) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty, url.query() == nil, url.fragment() == nil
        else {
            throw .unusable("“\(text.prefix(200))” is not a server's address; write it like http://127.0.0.1:8080.")
        }
        self.url = url
        self.key = key
    }

    /// The same server, spoken to with another key.
    public func with(key: String) -> Endpoint {
        Endpoint(url: url, key: key)
    }

    private init(url: URL, key: String?) {
        self.url = url
        self.key = key
    }
}

/// What a server leaves in its data directory for the commands of the same machine.
public struct DataDirectory: Hashable, Sendable {
    /// `DATA/server.json`, written when the server is ready for connections.
    public struct Running: Hashable, Sendable, Codable {
        public var url: String
        public var pid: Int32

        public init(url: String, pid: Int32) {
            self.url = url
            self.pid = pid
        }
    }

    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    public var serverFile: String { path + "/server.json" }
    /// The secret of the first admin key; readable by its owner only.
    public var adminKeyFile: String { path + "/keys/admin.key" }

    /// The server that ran here last; it may be gone.
    public var running: Running? {
        guard let data = FileManager.default.contents(atPath: serverFile) else { return nil }
        return try? JSONDecoder().decode(Running.self, from: data)
    }

    public var adminKey: String? {
        guard let data = FileManager.default.contents(atPath: adminKeyFile) else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}

extension Endpoint {
    /// Finds the server and its key: what is named goes first, then the environment (`FIREBREAK_SERVER`, `FIREBREAK_KEY`,
    /// `FIREBREAK_DATA`), then the data directory of a server on this machine.
    ///
    /// The admin key of the data directory is never sent to a server that was named, which may be another's.
    public static func find(
        server: String?, key: String?, data: String?, environment: [String: String]
    ) throws(ClientError) -> Endpoint {
        let directory = DataDirectory(data ?? environment["FIREBREAK_DATA"] ?? "./firebreak-data")
        let named = server ?? (data == nil ? environment["FIREBREAK_SERVER"] : nil)
        let secret = key ?? environment["FIREBREAK_KEY"]
        if let named {
            guard let secret else {
                throw .unusable(
                    "No API key for \(named); give --key or FIREBREAK_KEY (firebreak key create makes one).")
            }
            return try Endpoint(url: named, key: secret)
        }
        guard let running = directory.running else {
            throw .unusable(
                "No server is known: \(directory.serverFile) cannot be read; start one with firebreak serve, or give --server URL or --data DIR."
            )
        }
        guard let secret = secret ?? directory.adminKey else {
            throw .unusable(
                "No API key: \(directory.adminKeyFile) cannot be read; give --key or FIREBREAK_KEY.")
        }
        return try Endpoint(url: running.url, key: secret)
    }
}
