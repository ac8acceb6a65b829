/// The seven ways other than upright to lay a picture on its own outline.
///
/// Coordinates are those of the picture with row 0 on top: a quarter turn swaps width and height.
public enum Dihedral: String, CaseIterable, Hashable, Sendable, Codable {
    case rotate90
    case rotate180
    case rotate270
    case flipX
    case flipY
    case flipPlus1
    case flipMinus1
}
