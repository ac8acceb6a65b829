/// Where an outside module may be imported. A second home is a decision: write it down before it stands here.
enum Home {
    /// The language's own modules, and the two through which a library speaks to its host.
    static let everywhere: Set<String> = [
        "Darwin", "Dispatch", "Foundation", "Glibc", "Logging", "Metrics", "Musl", "Synchronization",
    ]

    static let of: [String: Set<String>] = [
        "ArgumentParser": ["firebreak"],
        "AsyncHTTPClient": ["Client"],
        "CChromaprint": ["Media"],
        "CFFmpeg": ["Media"],
        "CHEIF": ["Media"],
        "CHamming": ["HashIndex"],
        "CPostgres": ["Storage"],
        "CSeccomp": ["MediaWorker"],
        "CTurboJPEG": ["Media"],
        "Configuration": ["Server"],
        "CoreMetrics": ["Server"],
        "Crypto": ["API", "Fingerprints", "Operations", "Storage"],
        "GRDB": ["Storage"],
        "HTTPTypes": ["API"],
        "Hummingbird": ["API", "Server"],
        "HummingbirdCore": ["Server"],
        "NIOCore": ["Client", "Server"],
        "NIOHTTP1": ["Client"],
        "ServiceLifecycle": ["Server"],
        "SystemPackage": ["Server"],
        "UnixSignals": ["Server"],
    ]
}
