import HashIndex

// Times HammingIndex against a plain scan of the same hashes in the same run.
//
//     SpeedIndex [sizes: 100k 1M 10M …] [stored kinds: random picture video] [radii: r0 r31 …] [live] [snapshot]
//
// Without arguments: 1M, every kind, radii 0, 15, 31, 48 and 64.

var sizes: [Int] = []
var kinds: [StoredKind] = []
var radii: [Int] = []
var extras: Set<String> = []
for argument in CommandLine.arguments.dropFirst() {
    if let kind = StoredKind(rawValue: argument) {
        kinds.append(kind)
    } else if argument.hasPrefix("r"), let radius = Int(argument.dropFirst()) {
        radii.append(radius)
    } else if let size = parseSize(argument) {
        sizes.append(size)
    } else {
        extras.insert(argument)
    }
}
if sizes.isEmpty { sizes = [1_000_000] }
if kinds.isEmpty { kinds = StoredKind.allCases }
if radii.isEmpty { radii = [0, 15, 31, 48, 64] }

for size in sizes {
    for kind in kinds {
        var bench = IndexBench(size: size, kind: kind)
        bench.measureLookups(radii: radii)
        if extras.contains("snapshot") { try bench.measureSnapshot() }
    }
}

func parseSize(_ text: String) -> Int? {
    if text.hasSuffix("M") { return Int(text.dropLast()).map { $0 * 1_000_000 } }
    if text.hasSuffix("k") { return Int(text.dropLast()).map { $0 * 1_000 } }
    return Int(text)
}
