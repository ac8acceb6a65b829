// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing the benchmarks need enters the product's. Build it optimised:
//
//     swift run --package-path Benchmarks -c release SpeedIndex 1M

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func firebreak(_ name: String) -> Target.Dependency { .product(name: name, package: "firebreak") }

let package = Package(
    name: "firebreak-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "firebreak", path: "..")],
    targets: [
        .executableTarget(
            name: "SpeedFingerprints", dependencies: [firebreak("Fingerprints")], swiftSettings: swiftSettings),
        .executableTarget(
            name: "SpeedIndex", dependencies: [firebreak("HashIndex")], swiftSettings: swiftSettings),
        .executableTarget(
            name: "SpeedStorage", dependencies: [firebreak("Storage")], swiftSettings: swiftSettings),
        .executableTarget(
            name: "SpeedMedia", dependencies: [firebreak("Fingerprints"), firebreak("MediaWorker")],
            swiftSettings: swiftSettings),
    ]
)
