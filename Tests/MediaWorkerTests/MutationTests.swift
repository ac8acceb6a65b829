import Fingerprints
import Foundation
import MediaWorker
import Testing

extension WorkerTests {
    @Suite("Mutated media")
    struct MutationTests {
        /// Printed with a failure; change it to try other mutations.
        private static let seed: UInt64 = 20_261_121

        @Test("500 mutated files each get an analysis or a named failure, and none stays")
        func mutations() async throws {
            let originals = try Self.originals()
            var random = SplitMix(state: Self.seed)
            var limits = WorkerLimits()
            limits.wallSeconds = 60
            var outcomes: [String: Int] = [:]
            try await withPool(count: 2, limits: limits) { pool in
                for round in 0..<500 {
                    let data = Self.mutated(originals[round % originals.count], by: originals, &random)
                    let code = try await pool.failure(of: data)?.code ?? "analysed"
                    outcomes[code, default: 0] += 1
                    #expect(code != "media_timed_out", "round \(round) of seed \(Self.seed)")
                    #expect(code != "media_worker_unavailable", "round \(round) of seed \(Self.seed)")
                }
                #expect(pool.health.pending == 0 && pool.health.alive == 2)
                // A decoder may crash on such files; the pool must not.
                #expect(pool.health.failures == outcomes["media_worker_crashed", default: 0])
                print("mutations of seed \(Self.seed): \(outcomes.sorted { $0.key < $1.key })")
            }
        }

        private static func originals() throws -> [Data] {
            let picture = "-f lavfi -i testsrc2=s=160x120 -frames:v 1"
            let film = "-f lavfi -i testsrc2=s=160x120:r=10:d=3 -f lavfi -i sine=440:d=3"
            let files = [
                ("a.jpg", picture + " -update 1"), ("a.png", picture + " -update 1"), ("a.gif", picture),
                ("a.webp", picture + " -c:v libwebp"), ("a.bmp", picture + " -update 1"),
                ("a.tiff", picture + " -update 1"),
                ("a.avif", picture + " -c:v libaom-av1 -still-picture 1 -cpu-used 8"),
                ("move.gif", "-f lavfi -i testsrc2=s=160x120:r=5:d=2"),
                ("move.webp", "-f lavfi -i testsrc2=s=160x120:r=5:d=2 -c:v libwebp_anim"),
                ("a.mp4", film + " -c:v libx264 -c:a aac -movflags +faststart"),
                ("a.mkv", film + " -c:v libx264 -c:a flac"),
                ("a.webm", film + " -c:v libvpx -deadline realtime -c:a libopus -ar 48000"),
                ("a.avi", film + " -c:v mpeg4 -c:a libmp3lame"), ("a.ts", film + " -c:v mpeg2video -c:a mp2"),
                ("a.flv", film + " -c:v flv -c:a libmp3lame -ar 44100"), ("hevc.mp4", film + " -c:v libx265 -c:a aac"),
                ("a.mp3", "-f lavfi -i sine=440:d=4"), ("a.ogg", "-f lavfi -i sine=440:d=4 -c:a libvorbis"),
                ("a.flac", "-f lavfi -i sine=440:d=4"), ("a.wav", "-f lavfi -i sine=440:d=4"),
            ]
            return try files.map { try TestMedia.make($0.0, $0.1) } + [try TestMedia.heic(picture + " -update 1")]
        }

        /// Flips bits, cuts the end off, repeats or removes a stretch, or puts another file's head in front.
        private static func mutated(_ original: Data, by others: [Data], _ random: inout SplitMix) -> Data {
            var data = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                guard data.count > 64 else { return data }
                let position = Int.random(in: 0..<data.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0:
                    for _ in 0..<Int.random(in: 1...40, using: &random) {
                        data[Int.random(in: 0..<data.count, using: &random)] ^=
                            1 << UInt8.random(in: 0..<8, using: &random)
                    }
                case 1:
                    // The head, where the sizes are.
                    for _ in 0..<8 {
                        data[Int.random(in: 0..<min(512, data.count), using: &random)] = UInt8.random(
                            in: 0...255, using: &random)
                    }
                case 2: data = data.prefix(position)
                case 3: data.removeSubrange(position..<min(data.count, position + 100))
                case 4:
                    let stretch = data[position..<min(data.count, position + 200)]
                    data.insert(contentsOf: stretch, at: position)
                default:
                    let other = others[Int.random(in: 0..<others.count, using: &random)]
                    data = other.prefix(Int.random(in: 1...256, using: &random)) + data.dropFirst(position / 8)
                }
                data = Data(data)
            }
            return data
        }
    }
}

/// The generator of Steele, Lea and Flood, 2014.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
