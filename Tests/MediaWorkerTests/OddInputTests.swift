import Fingerprints
import Foundation
import MediaWorker
import Testing

/// Files that have no analysis, and the code that says why.
enum BadFiles {
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var data: Data
        var code: String
        var testDescription: String { name }
    }

    static let all = [
        Row(name: "no bytes", data: Data(), code: "media_empty"),
        Row(name: "one byte", data: Data([0]), code: "media_unsupported"),
        Row(name: "text", data: Data("The quick brown fox".utf8), code: "media_unsupported"),
        Row(name: "zeros", data: Data(count: 100_000), code: "media_unsupported"),
        Row(name: "a page", data: Data("<!DOCTYPE html><video src=x>".utf8), code: "media_unsupported"),
        Row(
            name: "a playlist that names a file",
            data: Data("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".utf8), code: "media_unsupported"),
        Row(name: "only the start of a JPEG", data: Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 16]), code: "media_corrupt"),
        Row(name: "only the signature of a PNG", data: Data([137, 80, 78, 71, 13, 10, 26, 10]), code: "media_corrupt"),
        Row(name: "only the name of a WebP", data: Data("RIFF\u{4}\0\0\0WEBP".utf8), code: "media_corrupt"),
        Row(name: "only the name of a GIF", data: Data("GIF89a".utf8), code: "media_corrupt"),
        Row(name: "only brands of a film", data: Data("\0\0\0\u{14}ftypisom\0\0\0\0isom".utf8), code: "media_corrupt"),
        Row(name: "only brands of a HEIC", data: Data("\0\0\0\u{14}ftypheic\0\0\0\0mif1".utf8), code: "media_corrupt"),
        Row(name: "an empty WAVE", data: Data("RIFF\u{4}\0\0\0WAVE".utf8), code: "media_corrupt"),
        Row(name: "a picture of 60,000 × 60,000 pixels", data: giantPNG, code: "media_over_budget"),
        Row(name: "a bitmap of 40,000 × 40,000 pixels", data: giantBitmap, code: "media_over_budget"),
    ]

    /// A header alone: nothing may be allocated for the picture that it promises.
    private static let giantPNG = Data(
        [
            137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 6, 0,
            0, 0,
        ]
            + [0x6E, 0x5B, 0x9B, 0x31, 0, 0, 0, 0, 73, 69, 78, 68, 0xAE, 0x42, 0x60, 0x82])
    private static let giantBitmap = Data(
        Array("BM".utf8) + [
            54, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 0x40, 0x9C, 0, 0, 0x40, 0x9C, 0, 0, 1, 0,
        ]
            + [24, 0] + [UInt8](repeating: 0, count: 64))
}

extension WorkerTests {
    @Suite("Odd and bad input has a named answer")
    struct OddInputTests {
        @Test("A file that is not media, or not whole enough to be, fails with its code", arguments: BadFiles.all)
        func badFile(_ row: BadFiles.Row) async throws {
            try await withPool { pool in
                let failure = try await pool.failure(of: row.data)
                #expect(failure?.code == row.code, "\(String(describing: failure))")
                #expect(pool.health.failures == 0)
            }
        }

        @Test("A descriptor of a folder or a pipe is refused")
        func notAFile() async throws {
            try await withPool { pool in
                let folder = open("/tmp", O_RDONLY | O_DIRECTORY)
                defer { close(folder) }
                await #expect(throws: AnalysisFailure.self) { try await pool.analyse(descriptor: folder) }
                #expect(pool.health.failures == 0)
            }
        }

        @Test("A picture too small to hash still has its digests")
        func onePixel() async throws {
            let data = try TestMedia.make("one.png", "-f lavfi -i color=red:s=16x16,format=rgb24,crop=1:1 -frames:v 1")
            try await withPool { pool in
                let analysis = try await pool.analyse(data)
                #expect((analysis.width, analysis.height) == (1, 1))
                #expect(analysis.pdq == nil)
                #expect(analysis.notes == ["too_small_to_hash"])
                #expect(analysis.md5.count == 16 && analysis.sha256.count == 32)
            }
        }

        @Test("A transparent picture is hashed on white and on black as well")
        func transparency() async throws {
            let filter =
                "-f lavfi -i testsrc2=s=320x240 -frames:v 1 -vf format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*mod(floor(X/64)+floor(Y/48),2)'"
            let data = try TestMedia.make("a.png", filter)
            try await withPool { pool in
                let analysis = try await pool.analyse(data)
                let names = analysis.pdqVariants.map(\.name).filter { $0.hasPrefix("on") }
                #expect(names == ["onWhite", "onBlack"])
                let hashes = Set(analysis.pdqVariants.map(\.hash))
                #expect(hashes.count == 9)
            }
        }

        @Test("A JPEG that was cut off gives what there is, and says so")
        func truncatedPicture() async throws {
            let whole = try TestMedia.make("a.jpg", "-f lavfi -i testsrc2=s=640x480 -frames:v 1 -update 1 -q:v 2")
            try await withPool { pool in
                let analysis = try await pool.analyse(whole.prefix(whole.count * 2 / 3))
                #expect(analysis.notes == ["truncated_input"])
                #expect(analysis.pdq != nil)
            }
        }

        @Test(
            "A film that was cut off gives the frames that there are, and says so",
            arguments: ["a.mp4 -movflags +faststart", "a.mkv", "a.avi -c:v mpeg4", "a.flv"])
        func truncatedFilm(_ kind: String) async throws {
            let words = kind.split(separator: " ", maxSplits: 1).map(String.init)
            let whole = try TestMedia.make(
                words[0], "-f lavfi -i testsrc2=s=320x240:r=25:d=8 -g 25 " + words.dropFirst().joined(separator: " "))
            try await withPool { pool in
                let analysis = try await pool.analyse(whole.prefix(whole.count / 2))
                #expect(analysis.notes.contains("truncated_input"))
                let frames = try #require(analysis.video).frames
                #expect((2...6).contains(frames.count))
            }
        }

        @Test("A film without its index cannot be read")
        func filmWithoutIndex() async throws {
            let whole = try TestMedia.make("a.mp4", "-f lavfi -i testsrc2=s=320x240:r=25:d=4")
            try await withPool { pool in
                let failure = try await pool.failure(of: whole.prefix(whole.count / 2))
                #expect(failure?.code == "media_corrupt")
            }
        }

        @Test("A film without sound, and sound in a film's container, are named")
        func missingStreams() async throws {
            let silent = try TestMedia.make("a.mp4", "-f lavfi -i testsrc2=s=320x240:r=25:d=2")
            let blind = try TestMedia.make("a.mp4", "-f lavfi -i sine=d=4 -c:a aac")
            let short = try TestMedia.make("a.wav", "-f lavfi -i sine=d=1")
            try await withPool { pool in
                let still = try await pool.analyse(silent)
                #expect(still.notes == ["no_audio"])
                let sound = try await pool.analyse(blind)
                #expect(sound.kind == .audio)
                #expect(sound.notes == ["no_video"])
                let brief = try await pool.analyse(short)
                #expect(brief.audio == nil)
                #expect(brief.notes == ["audio_too_short"])
            }
        }

        @Test("Rotation is reported and not applied", arguments: [90, 180, 270])
        func rotation(_ degrees: Int) async throws {
            let plain = try TestMedia.make("plain.mp4", "-f lavfi -i testsrc2=s=320x240:r=25:d=2")
            let file = TestMedia.folder.appending(path: "\(UUID()).mp4")
            try plain.write(to: file)
            let turned = try TestMedia.make("turned.mp4", "-i \(file.path) -c copy -metadata:s:v:0 rotate=\(degrees)")
            try await withPool { pool in
                let (before, after) = (try await pool.analyse(plain), try await pool.analyse(turned))
                #expect(before.rotation == 0)
                // The tool's option counts counter-clockwise, a player's turn clockwise.
                #expect(after.rotation == 360 - degrees)
                #expect(before.video?.frames == after.video?.frames)
                #expect((after.width, after.height) == (320, 240))
            }
        }

        @Test("Odd sizes, slow and variable frame rates give a frame for every second")
        func frameRates() async throws {
            let odd = try TestMedia.make("odd.mp4", "-f lavfi -i testsrc2=s=321x243:r=24000/1001:d=5 -pix_fmt yuv444p")
            let slow = try TestMedia.make("slow.mp4", "-f lavfi -i testsrc2=s=320x240:r=1/4:d=16")
            let variable = try TestMedia.make(
                "variable.mkv", "-f lavfi -i testsrc2=s=320x240:r=25:d=6 -vf select='lt(t,2)+gt(t,4.9)' -vsync vfr")
            try await withPool { pool in
                let oddFrames = try await pool.analyse(odd).video?.frames
                #expect(oddFrames?.count == 5)
                let times = try await pool.analyse(slow).video?.frames.map(\.time.milliseconds)
                #expect(times == (0...12).map { Int64($0 * 1000) })
                let frames = try #require(try await pool.analyse(variable).video).frames
                #expect(frames.count == 6)
                #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time })
            }
        }

        @Test("A long film is sampled less densely when the frames run out")
        func frameLimit() async throws {
            let data = try TestMedia.make("long.mp4", "-f lavfi -i testsrc2=s=128x96:r=5:d=60")
            try await withPool { pool in
                let analysis = try await pool.analyse(data, options: AnalysisOptions(maximumFrames: 20))
                let frames = try #require(analysis.video).frames
                #expect((10...20).contains(frames.count))
                #expect(analysis.notes.contains("frames_limit"))
                #expect((frames.last?.time.seconds ?? 0) > 50)
            }
        }
    }
}
