import CFFmpeg

/// Decodes still pictures held in memory.
final class StillDecoder {
    private let jpeg = JPEGDecoder()

    func decode(
        _ bytes: UnsafeRawBufferPointer, format: SniffedFormat, budget: MediaBudget
    ) throws(MediaError) -> StillPicture {
        if let size = DeclaredSize(bytes, format: format) { try budget.check(width: size.width, height: size.height) }
        switch format {
        case .jpeg:
            // Samplings that the fast decoder does not know go to the other one.
            if let picture = try jpeg.decode(bytes, budget: budget) { return picture }
            return try FramePicture.decode(bytes, codec: AV_CODEC_ID_MJPEG, budget: budget)
        case .png, .animatedPNG:
            return try FramePicture.decode(bytes, codec: AV_CODEC_ID_PNG, budget: budget)
        case .webp, .animatedWebP:
            return try FramePicture.decode(bytes, codec: AV_CODEC_ID_WEBP, budget: budget)
        case .bmp:
            return try FramePicture.decode(bytes, codec: AV_CODEC_ID_BMP, budget: budget)
        case .tiff:
            return try FramePicture.decode(bytes, codec: AV_CODEC_ID_TIFF, budget: budget)
        case .heic, .avif:
            return try HEIFDecoder.decode(bytes, budget: budget)
        case .gif, .stream, .unknown:
            throw .unsupported
        }
    }
}
