import Fingerprints
import Moderation

/// One thing out of a list: what it is, what is said about it, and the line it began on.
struct ListRecord: Hashable, Sendable {
    var line: Int
    var fingerprints: FingerprintSet
    var labels: [String] = []
    var note: String?
    var reference: String?
    /// The list says that the thing is no longer on it.
    var isDeleted = false
}
