import CHEIF

// SAFETY: context, handle, options and image are freed once, in the function that made them; pixels are read inside
// the rows and columns that the library gives for the plane.

/// Decodes the primary picture of HEIC and AVIF files, in its stored orientation.
enum HEIFDecoder {
    static func decode(_ bytes: UnsafeRawBufferPointer, budget: MediaBudget) throws(MediaError) -> StillPicture {
        guard let context = heif_context_alloc() else { throw .corrupt("there is no memory for it") }
        defer { heif_context_free(context) }
        heif_context_set_max_decoding_threads(context, 0)
        let read = heif_context_read_from_memory_without_copy(context, bytes.baseAddress, bytes.count, nil)
        guard read.code == heif_error_Ok else { throw .corrupt("its boxes cannot be read") }
        var handle: OpaquePointer?
        guard heif_context_get_primary_image_handle(context, &handle).code == heif_error_Ok, let handle else {
            throw .corrupt("it has no primary picture")
        }
        defer { heif_image_handle_release(handle) }
        let (width, height) = (heif_image_handle_get_ispe_width(handle), heif_image_handle_get_ispe_height(handle))
        try budget.check(width: Int(width), height: Int(height))
        guard let options = heif_decoding_options_alloc() else { throw .corrupt("there is no memory for it") }
        defer { heif_decoding_options_free(options) }
        options.pointee.ignore_transformations = 1
        options.pointee.convert_hdr_to_8bit = 1
        let hasAlpha = heif_image_handle_has_alpha_channel(handle) != 0
        let chroma = hasAlpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB
        var image: OpaquePointer?
        let decoded = heif_decode_image(handle, &image, heif_colorspace_RGB, chroma, options)
        guard decoded.code == heif_error_Ok, let image else { throw .corrupt("its picture data cannot be decoded") }
        defer { heif_image_release(image) }
        var stride: Int32 = 0
        guard let base = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride) else {
            throw .corrupt("its picture data cannot be decoded")
        }
        let columns = Int(heif_image_get_width(image, heif_channel_interleaved))
        let rows = Int(heif_image_get_height(image, heif_channel_interleaved))
        try budget.check(width: columns, height: rows)
        return StillPicture(
            RGBPixels(base: base, width: columns, height: rows, rowBytes: Int(stride), pixelBytes: hasAlpha ? 4 : 3))
    }
}
