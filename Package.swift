// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order in which they may depend on one another: a target may use only what is
// above it. `Tests/ArchitectureTests` holds this, and Documentation/Modules.md explains each line.

let strict = Context.environment["FIREBREAK_STRICT"] != nil

let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "firebreak",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Fingerprints", targets: ["Fingerprints"]),
        .library(name: "HashIndex", targets: ["HashIndex"]),
        .library(name: "MediaWorker", targets: ["MediaWorker"]),
        .library(name: "Storage", targets: ["Storage"]),
        .executable(name: "firebreak", targets: ["firebreak"]),
        .executable(name: "firebreak-media-worker", targets: ["firebreak-media-worker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CFFmpeg", pkgConfig: "libavformat", providers: [.apt(["libavformat-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CHEIF", pkgConfig: "libheif", providers: [.apt(["libheif-dev"])]),
        .systemLibrary(name: "CChromaprint", pkgConfig: "libchromaprint", providers: [.apt(["libchromaprint-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .target(name: "CHamming"),
        .target(name: "Fingerprints", dependencies: [crypto], swiftSettings: swiftSettings),
        .target(name: "HashIndex", dependencies: ["CHamming"], swiftSettings: swiftSettings),
        .target(name: "Moderation", dependencies: ["Fingerprints"], swiftSettings: swiftSettings),
        .target(
            name: "Media", dependencies: ["CFFmpeg", "CTurboJPEG", "CHEIF", "CChromaprint", "Fingerprints"],
            swiftSettings: swiftSettings),
        .target(name: "MediaWorker", dependencies: ["CSeccomp", "Fingerprints"], swiftSettings: swiftSettings),
        .target(
            name: "Storage", dependencies: ["CPostgres", "Fingerprints", "Moderation", crypto, grdb, logging],
            swiftSettings: swiftSettings),
        .target(
            name: "Matching",
            dependencies: ["Fingerprints", "HashIndex", "Moderation", "Storage", logging, metrics, serviceLifecycle],
            swiftSettings: swiftSettings),
        .target(
            name: "Operations",
            dependencies: [
                "Fingerprints", "Matching", "MediaWorker", "Moderation", "Storage", crypto, logging, metrics,
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "API",
            dependencies: [
                "Fingerprints", "Matching", "MediaWorker", "Moderation", "Operations", "Storage", crypto, hummingbird,
                logging,
                metrics,
            ],
            resources: [.embedInCode("openapi.yaml")], swiftSettings: swiftSettings),
        .target(
            name: "Server",
            dependencies: [
                "API", "Fingerprints", "Matching", "MediaWorker", "Moderation", "Operations", "Storage", configuration,
                coreMetrics, hummingbird, logging, metrics, serviceLifecycle,
                unixSignals,
            ], swiftSettings: swiftSettings),
        .target(name: "Client", dependencies: [asyncHTTPClient], swiftSettings: swiftSettings),
        .executableTarget(
            name: "firebreak",
            dependencies: ["Client", "Fingerprints", "MediaWorker", "Moderation", "Server", argumentParser, logging],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "firebreak-media-worker", dependencies: ["Fingerprints", "Media", "MediaWorker"],
            swiftSettings: swiftSettings),
        .target(
            name: "TestPostgres", dependencies: ["Storage"], path: "Tests/Support/TestPostgres",
            swiftSettings: swiftSettings),
        .testTarget(name: "FingerprintsTests", dependencies: ["Fingerprints"], swiftSettings: swiftSettings),
        .testTarget(name: "HashIndexTests", dependencies: ["HashIndex"], swiftSettings: swiftSettings),
        .testTarget(name: "ModerationTests", dependencies: ["Moderation"], swiftSettings: swiftSettings),
        .testTarget(
            name: "MediaWorkerTests", dependencies: ["Fingerprints", "MediaWorker", "firebreak-media-worker"],
            swiftSettings: swiftSettings,
        ),
        .testTarget(
            name: "StorageTests", dependencies: ["Fingerprints", "Moderation", "Storage", "TestPostgres"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "MatchingTests", dependencies: ["Fingerprints", "Matching", "Moderation", "Storage", logging],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ServerTests", dependencies: ["Moderation", "Server", coreMetrics], swiftSettings: swiftSettings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "Client", "Fingerprints", "MediaWorker", "firebreak", "firebreak-media-worker", argumentParser,
            ], exclude: ["Snapshots"], swiftSettings: swiftSettings),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Fingerprints", "Matching", "MediaWorker", "Moderation", "Operations", "Storage", "TestPostgres",
                "firebreak-media-worker", hummingbird, hummingbirdTesting, logging,
            ], swiftSettings: swiftSettings),
        .testTarget(name: "ArchitectureTests", swiftSettings: swiftSettings),
    ]
)
