import Fingerprints
import Media
import MediaWorker

/// Analyses one file by the limits of a request, in the terms of the wire.
func analysis(
    of descriptor: Int32, request: AnalysisRequest, by analyser: MediaAnalyser
) -> Result<Analysis, AnalysisFailure> {
    var budget = MediaBudget()
    budget.bytes = request.limits.bytes
    budget.imageBytes = request.limits.imageBytes
    budget.pixels = request.limits.pixels
    budget.frames = request.options.maximumFrames
    budget.interval = request.options.interval
    budget.denseSeconds = Double(request.limits.denseSeconds)
    do {
        return .success(Analysis(try analyser.analyse(descriptor: descriptor, budget: budget)))
    } catch {
        return .failure(AnalysisFailure(error))
    }
}

extension Analysis {
    fileprivate init(_ report: MediaReport) {
        self.init(
            kind: Kind(report.kind), format: report.format, bytes: report.bytes, md5: report.md5, sha256: report.sha256,
            width: report.width, height: report.height, rotation: report.rotation, duration: report.duration,
            pdq: report.pdq,
            pdqVariants: report.variants.map { PDQVariant(name: $0.name, hash: $0.hash, quality: $0.quality) },
            video: report.video, audio: report.audio, notes: report.notes)
    }
}

extension Analysis.Kind {
    fileprivate init(_ kind: MediaReport.Kind) {
        switch kind {
        case .image: self = .image
        case .video: self = .video
        case .audio: self = .audio
        }
    }
}

extension AnalysisFailure {
    fileprivate init(_ error: MediaError) {
        switch error {
        case .empty: self = .empty
        case .unsupported: self = .unsupported
        case .corrupt(let detail): self = .corrupt(detail)
        case .overBudget(let limit, let allowed, let found):
            self = .overBudget(limit: limit, allowed: allowed, found: found)
        }
    }
}
