import ArgumentParser
import Fingerprints
import Foundation

/// How files are analysed on this machine.
struct HashOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Time between sampled frames of a video: 1s, 500ms.", valueName: "time"))
    var interval = Interval(time: MediaTime(milliseconds: 1000))

    @Option(help: ArgumentHelp("Files analysed at once; by default as many as processor cores.", valueName: "n"))
    var workers: Int?

    var width: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }

    func validate() throws {
        if let workers, !(1...256).contains(workers) {
            throw ValidationError("--workers is a whole number from 1 to 256.")
        }
    }
}

/// A length of time as an argument: `1s`, `500ms`, `0.5`.
struct Interval: ExpressibleByArgument, Hashable {
    var time: MediaTime

    init(time: MediaTime) {
        self.time = time
    }

    /// Refuses what is not from 20 ms to an hour.
    init?(argument: String) {
        let milliseconds: Double?
        if argument.hasSuffix("ms") {
            milliseconds = Double(argument.dropLast(2))
        } else if argument.hasSuffix("s") {
            milliseconds = Double(argument.dropLast()).map { $0 * 1000 }
        } else {
            milliseconds = Double(argument).map { $0 * 1000 }
        }
        guard let milliseconds, (20...3_600_000).contains(milliseconds) else { return nil }
        time = MediaTime(seconds: milliseconds / 1000)
    }

    var defaultValueDescription: String {
        time.milliseconds % 1000 == 0 ? "\(time.milliseconds / 1000)s" : "\(time.milliseconds)ms"
    }
}

/// One algorithm by its name.
struct AlgorithmName: ExpressibleByArgument, Hashable {
    var algorithm: FingerprintAlgorithm

    init?(argument: String) {
        guard let algorithm = FingerprintAlgorithm(rawValue: argument) else { return nil }
        self.algorithm = algorithm
    }

    static let allValueStrings = FingerprintAlgorithm.allCases.map(\.rawValue)
}

/// Algorithms with commas between them: `pdq,video`.
struct AlgorithmList: ExpressibleByArgument, Hashable {
    var algorithms: [FingerprintAlgorithm]

    static let all = AlgorithmList(algorithms: FingerprintAlgorithm.allCases)

    init(algorithms: [FingerprintAlgorithm]) {
        self.algorithms = algorithms
    }

    /// Refuses unknown names and an empty list. The order is that of `FingerprintAlgorithm`.
    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        var chosen: Set<FingerprintAlgorithm> = []
        for name in names {
            guard let algorithm = FingerprintAlgorithm(rawValue: String(name)) else { return nil }
            chosen.insert(algorithm)
        }
        guard !chosen.isEmpty else { return nil }
        algorithms = FingerprintAlgorithm.allCases.filter(chosen.contains)
    }

    var defaultValueDescription: String { algorithms.map(\.rawValue).joined(separator: ",") }

    static let allValueStrings = FingerprintAlgorithm.allCases.map(\.rawValue)

    /// Whether the bytes alone give them, so that no decoder is needed.
    var isExact: Bool { algorithms.allSatisfy(\.isExact) }
}
