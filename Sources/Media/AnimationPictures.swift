public import Fingerprints

/// The pictures of an animated image that differ from one another, each to be looked up as a still of its own: whichever
/// of them is known, and for however short a time it is shown, the image shows it.
struct AnimationPictures {
    /// As many as one image may have; the rest is left out, with the note `pictures_limit`.
    static let limit = 256
    /// Pictures that are at most this many bits of 256 apart count as one: well inside every threshold in use.
    private static let sameDistance = 6

    private(set) var views: [PictureView] = []
    private(set) var isOverLimit = false

    /// Adds a frame as it is stored and, where it is transparent, as it is seen on white and on black.
    mutating func add(_ picture: StillPicture, _ hasher: inout PDQHasher) {
        guard picture.width >= 5, picture.height >= 5 else { return }
        add(PictureView("frame", picture.luma.fingerprint(&hasher)))
        picture.forEachComposite { name, plane in
            add(PictureView(name, plane.fingerprint(&hasher)))
        }
    }

    private mutating func add(_ view: PictureView) {
        guard view.quality > 0,
            !views.contains(where: {
                $0.quality >= view.quality && $0.hash.distance(to: view.hash) <= Self.sameDistance
            })
        else { return }
        guard views.count < Self.limit else {
            isOverLimit = true
            return
        }
        views.append(view)
    }
}

/// A further view of a picture, by the name of what was done to it.
public struct PictureView {
    public let name: String
    public let hash: PDQHash
    /// 0 to 100, of this view: a picture that is all transparency has detail only when it is seen on a background.
    public let quality: Int

    init(_ name: String, _ fingerprint: PDQFingerprint) {
        self.name = name
        hash = fingerprint.hash
        quality = fingerprint.quality
    }
}
