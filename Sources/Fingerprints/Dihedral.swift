/// The seven ways other than upright to lay a picture on its own outline, by the names of the PDQ reference.
public enum Dihedral: String, CaseIterable, Hashable, Sendable, Codable {
    /// A quarter turn counter-clockwise.
    case rotate90
    /// Upside down.
    case rotate180
    /// A quarter turn clockwise.
    case rotate270
    /// Top and bottom change places.
    case flipX
    /// Left and right change places, as in a mirror.
    case flipY
    /// Rows become columns: mirrored about the diagonal from the top left.
    case flipPlus1
    /// Mirrored about the diagonal from the top right.
    case flipMinus1
}
