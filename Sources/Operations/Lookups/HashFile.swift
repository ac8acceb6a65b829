public import Fingerprints
public import MediaWorker
public import Moderation

#if canImport(Glibc)
    import Glibc
#endif

/// Computes the fingerprints of a file without keeping it.
public struct HashFile: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// The analysis of a spooled file, which is gone when this returns.
    public func analyse(
        _ file: SpooledFile, by principal: Principal
    ) async throws -> (analysis: Analysis, fingerprints: FingerprintSet) {
        do {
            try principal.require(.lookup)
        } catch {
            installation.spool.remove(file.name)
            throw error
        }
        return try await AnalyseFile(installation).analyse(file)
    }
}

/// Has the media worker read one spooled file, once.
struct AnalyseFile {
    let installation: Installation

    init(_ installation: Installation) {
        self.installation = installation
    }

    /// Refuses what cannot be analysed. The spooled file is gone when this returns.
    func analyse(_ file: SpooledFile) async throws -> (analysis: Analysis, fingerprints: FingerprintSet) {
        defer { installation.spool.remove(file.name) }
        guard let descriptor = installation.spool.open(file.name) else {
            throw Refusal(.unavailable, code: "spool_unavailable", "The upload cannot be read back from the spool.")
        }
        defer { close(descriptor) }
        do throws(AnalysisFailure) {
            let analysis = try await installation.analyser.analyse(
                descriptor: descriptor, options: AnalysisOptions(interval: installation.settings.frameInterval))
            return (analysis, FingerprintSet(analysis))
        } catch {
            throw Refusal(error)
        }
    }
}

extension Refusal {
    /// What a caller is told whose file has no analysis.
    init(_ failure: AnalysisFailure) {
        let kind: Kind =
            switch failure {
            case .empty: .invalid
            case .corrupt, .workerCrashed, .timedOut: .unprocessable
            case .unsupported: .unsupported
            case .overBudget: .tooLarge
            case .unavailable: .unavailable
            }
        self.init(kind, code: failure.code, failure.message)
    }
}
