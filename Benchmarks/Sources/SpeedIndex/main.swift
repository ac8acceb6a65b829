import Foundation

// Times HammingIndex against a plain scan of the same hashes in the same run.
//
//     SpeedIndex [sizes: 100k 1M 10M …] [stored kinds: random picture video crowded] [radii: r0 r31 …] [live] [snapshot] [hex=file]
//
// `hex` names a file of PDQ hashes as 64 hexadecimal digits, one a line, to be the centres of `crowded`.
// Without arguments: 1M, every kind, radii 0, 15, 31, 48 and 64.

var sizes: [Int] = []
var kinds: [StoredKind] = []
var radii: [Int] = []
var extras: Set<String> = []
var centres: [SIMD4<UInt64>] = []
for argument in CommandLine.arguments.dropFirst() {
    if argument.hasPrefix("hex=") {
        centres = try String(contentsOfFile: String(argument.dropFirst(4)), encoding: .utf8)
            .split(separator: "\n").compactMap { parseHash($0) }
    } else if let kind = StoredKind(rawValue: argument) {
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
if kinds.isEmpty { kinds = [.random, .picture, .video] }
if radii.isEmpty { radii = [0, 15, 31, 48, 64] }

for size in sizes {
    for kind in kinds {
        var bench = IndexBench(size: size, kind: kind, centres: centres)
        bench.verify(radii: radii)
        bench.measureLookups(radii: radii)
        if extras.contains("live") { await bench.measureLive() }
        if extras.contains("snapshot") { try bench.measureSnapshot() }
    }
}

func parseSize(_ text: String) -> Int? {
    if text.hasSuffix("M") { return Int(text.dropLast()).map { $0 * 1_000_000 } }
    if text.hasSuffix("k") { return Int(text.dropLast()).map { $0 * 1_000 } }
    return Int(text)
}

func parseHash(_ text: Substring) -> SIMD4<UInt64>? {
    guard text.utf8.count == 64 else { return nil }
    var hash = SIMD4<UInt64>()
    for word in 0..<4 {
        guard let value = UInt64(text.dropFirst(16 * word).prefix(16), radix: 16) else { return nil }
        hash[word] = value
    }
    return hash
}
