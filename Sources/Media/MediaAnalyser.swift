import Fingerprints

/// Turns an open file into facts and fingerprints, within a budget, or says why not.
///
/// The file is known by what is in it, never by a name. Decoders run on the calling thread, one file at a time, and
/// keep their working memory from one file to the next. The descriptor is read by position and stays open; its offset
/// does not move.
///
/// What each kind of file gives:
/// - a still image: `pdq` of the stored orientation, its seven turned variants, and composites where it is transparent;
/// - an animated image: `pdq` of the first frame, `video` of all, and its differing frames as variants;
/// - a video: `video` at the interval asked for, and `audio` where it has sound;
/// - sound: `audio`.
///
/// Everything gives the MD5 and SHA-256 of its bytes. Input that decodes in part gives that part and a note.
public final class MediaAnalyser {
    let stillDecoder = StillDecoder()
    private var hasher = PDQHasher()

    public init() {
        FFmpegSetup.prepare()
    }

    /// Analyses the file behind `descriptor`, which must be a regular file open for reading.
    public func analyse(descriptor: Int32, budget: MediaBudget) throws(MediaError) -> MediaReport {
        let file = try MediaFile(descriptor: descriptor)
        guard file.size > 0 else { throw .empty }
        guard file.size <= budget.bytes else {
            throw .overBudget(limit: "bytes", allowed: budget.bytes, found: file.size)
        }
        let format = SniffedFormat(file.head())
        switch format {
        case .jpeg, .png, .webp, .bmp, .tiff, .heic, .avif:
            return try still(file, format: format, budget: budget)
        case .gif, .animatedPNG, .animatedWebP:
            return try animation(file, format: format, budget: budget)
        case .stream:
            return try stream(file, budget: budget)
        case .unknown:
            throw .unsupported
        }
    }

    private func still(
        _ file: borrowing MediaFile, format: SniffedFormat, budget: MediaBudget
    ) throws(MediaError) -> MediaReport {
        let bytes = try file.contents(limit: budget.imageBytes)
        if format == .png, SniffedFormat.isAnimatedPNG(bytes.buffer) {
            return try animation(file, format: .animatedPNG, budget: budget)
        }
        var report = MediaReport(kind: .image, format: format.name, digestsOf: bytes.buffer)
        if format == .heic || format == .avif, SniffedFormat.hasSequence(bytes.buffer) {
            report.note("animation_not_read")
        }
        let picture = try stillDecoder.decode(bytes.buffer, format: format, budget: budget)
        add(picture, to: &report)
        return report
    }

    private func animation(
        _ file: borrowing MediaFile, format: SniffedFormat, budget: MediaBudget
    ) throws(MediaError) -> MediaReport {
        let bytes = try file.contents(limit: budget.imageBytes)
        var report = MediaReport(kind: .image, format: format.name, digestsOf: bytes.buffer)
        if case .animatedWebP = format {
            add(try AnimatedWebP(bytes.buffer, budget: budget).run(&hasher, budget: budget, into: &report), to: &report)
        } else {
            try walk(file, container: format == .gif ? "gif" : "apng", budget: budget, into: &report)
        }
        return report
    }

    private func stream(_ file: borrowing MediaFile, budget: MediaBudget) throws(MediaError) -> MediaReport {
        var report = MediaReport(kind: .video, format: "", digests: try file.digests(), bytes: file.size)
        try walk(file, container: nil, budget: budget, into: &report)
        return report
    }

    private func walk(
        _ file: borrowing MediaFile, container: String?, budget: MediaBudget, into report: inout MediaReport
    ) throws(MediaError) {
        let input = try StreamInput(
            descriptor: file.descriptor, size: file.size, container: container, budget: budget)
        let walk = StreamWalk(input: input, budget: budget)
        if let picture = try walk.run(into: &report) { add(picture, to: &report) }
    }

    /// Hashes a still picture, or the first frame of an animated one.
    func add(_ picture: StillPicture, to report: inout MediaReport) {
        report.width = picture.width
        report.height = picture.height
        for code in picture.notes { report.note(code) }
        guard picture.width >= 5, picture.height >= 5 else {
            report.note("too_small_to_hash")
            return
        }
        let (upright, turned) = picture.luma.dihedral(&hasher)
        report.pdq = upright
        report.variants =
            turned.map { PictureView($0.0.rawValue, PDQFingerprint(hash: $0.1, quality: upright.quality)) }
            + report.variants
        picture.forEachComposite { name, plane in
            report.variants.append(PictureView(name, plane.fingerprint(&hasher)))
        }
    }
}
