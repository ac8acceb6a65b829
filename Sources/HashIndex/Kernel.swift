import CHamming

/// The instruction sets that hashes can be compared with.
enum Kernel: Int32, CaseIterable, Sendable {
    case portable = 0
    case popcnt = 1
    case avx2 = 2
    case avx512 = 3
    case neon = 4

    /// The widest that this machine has.
    static let best = allCases.last { $0.isAvailable } ?? .portable

    var isAvailable: Bool { chamming_kernel_is_available(rawValue) != 0 }
}

/// How lookups go about it. Every mode finds the same; only tests choose another than the default.
struct SearchMode: Sendable {
    var kernel = Kernel.best
    /// Uses the tables of a segment, where it has any, even when a scan is expected to cost less.
    var alwaysProbes = false
}
