/// A decoded picture as luma: what is stored and, where it is transparent, what is seen on white and on black.
struct StillPicture {
    /// Pixels as stored in the file, before any reduction.
    let width: Int
    let height: Int
    let luma: LumaPlane
    let onWhite: LumaPlane?
    let onBlack: LumaPlane?
    var notes: [String] = []

    init(width: Int, height: Int, luma: LumaPlane) {
        self.width = width
        self.height = height
        self.luma = luma
        onWhite = nil
        onBlack = nil
    }

    init(_ pixels: RGBPixels) {
        width = pixels.width
        height = pixels.height
        luma = pixels.luma(limit: LumaPlane.stillLimit)
        let isTransparent = pixels.isTransparent
        onWhite = isTransparent ? pixels.composite(on: .white, limit: LumaPlane.stillLimit) : nil
        onBlack = isTransparent ? pixels.composite(on: .black, limit: LumaPlane.stillLimit) : nil
    }
}

extension StillPicture {
    /// Calls `body` with each composite by the name of its variant.
    func forEachComposite(_ body: (String, LumaPlane) -> Void) {
        if let onWhite { body("onWhite", onWhite) }
        if let onBlack { body("onBlack", onBlack) }
    }
}

extension MediaBudget {
    /// Refuses a picture by the size in its header.
    func check(width: Int, height: Int) throws(MediaError) {
        guard width > 0, height > 0 else { throw .corrupt("it has no size") }
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, area <= pixels else {
            throw .overBudget(limit: "pixels", allowed: pixels, found: overflow ? Int.max : area)
        }
    }
}
