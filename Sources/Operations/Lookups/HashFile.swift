public import Fingerprints
public import MediaWorker
public import Moderation

/// Computes the fingerprints of a file without keeping it.
public struct HashFile: Sendable {
    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// The analysis of the file behind an open descriptor, which stays the caller's.
    public func analyse(descriptor: Int32, by principal: Principal) async throws -> Analysis {
        try principal.require(.lookup)
        do throws(AnalysisFailure) {
            return try await installation.analyser.analyse(
                descriptor: descriptor, options: AnalysisOptions(interval: installation.settings.frameInterval))
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
            case .empty, .corrupt, .workerCrashed, .timedOut: .unprocessable
            case .unsupported: .unsupported
            case .overBudget: .tooLarge
            case .unavailable: .unavailable
            }
        self.init(kind, code: failure.code, failure.message)
    }
}
