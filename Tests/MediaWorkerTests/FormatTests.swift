import Fingerprints
import Foundation
import MediaWorker
import Testing

/// What each format is made from, and what it is called.
enum Formats {
    struct Row: CustomTestStringConvertible, Sendable {
        var file: String
        var arguments: String
        var format: String
        var testDescription: String { file }
    }

    static let picture = "-f lavfi -i testsrc2=s=640x480 -frames:v 1"
    static let moving = "-f lavfi -i testsrc2=s=320x240:r=10:d=3"
    static let film = "-f lavfi -i testsrc2=s=320x240:r=25:d=4 -f lavfi -i sine=440:d=4"
    static let sound = "-f lavfi -i sine=440:d=4 -ac 2 -ar 44100"

    static let pictures = [
        Row(file: "a.jpg", arguments: "\(picture) -update 1 -q:v 2", format: "jpeg"),
        Row(file: "a.png", arguments: "\(picture) -update 1", format: "png"),
        Row(file: "palette.png", arguments: "\(picture) -update 1 -pix_fmt pal8", format: "png"),
        Row(file: "rgba.png", arguments: "\(picture) -update 1 -pix_fmt rgba", format: "png"),
        Row(file: "deep.png", arguments: "\(picture) -update 1 -pix_fmt rgb48be", format: "png"),
        Row(file: "a.webp", arguments: "\(picture) -c:v libwebp -quality 90", format: "webp"),
        Row(file: "lossless.webp", arguments: "\(picture) -c:v libwebp -lossless 1", format: "webp"),
        Row(file: "a.bmp", arguments: "\(picture) -update 1", format: "bmp"),
        Row(file: "a.tiff", arguments: "\(picture) -update 1", format: "tiff"),
        Row(file: "a.gif", arguments: "\(picture)", format: "gif"),
        Row(file: "a.avif", arguments: "\(picture) -c:v libaom-av1 -still-picture 1 -cpu-used 8", format: "avif"),
    ]

    static let animations = [
        Row(file: "a.gif", arguments: moving, format: "gif"),
        Row(file: "a.webp", arguments: "\(moving) -c:v libwebp_anim", format: "webp"),
        Row(file: "a.png", arguments: "\(moving) -f apng", format: "png"),
    ]

    static let films = [
        Row(file: "a.mp4", arguments: "\(film) -c:v libx264 -c:a aac", format: "mp4"),
        Row(file: "hevc.mp4", arguments: "\(film) -c:v libx265 -x265-params log-level=none -c:a aac", format: "mp4"),
        Row(file: "av1.mp4", arguments: "\(film) -c:v libsvtav1 -preset 12 -c:a aac", format: "mp4"),
        Row(file: "a.mov", arguments: "\(film) -c:v libx264 -c:a pcm_s16le", format: "mov"),
        Row(file: "a.mkv", arguments: "\(film) -c:v libx264 -g 10 -c:a flac", format: "matroska"),
        Row(file: "a.webm", arguments: "\(film) -c:v libvpx -deadline realtime -c:a libopus", format: "webm"),
        Row(file: "vp9.webm", arguments: "\(film) -c:v libvpx-vp9 -deadline realtime -c:a libvorbis", format: "webm"),
        Row(file: "a.avi", arguments: "\(film) -c:v mpeg4 -q:v 3 -c:a libmp3lame", format: "avi"),
        Row(file: "mjpeg.avi", arguments: "\(film) -c:v mjpeg -q:v 3 -c:a pcm_s16le", format: "avi"),
        Row(file: "a.ts", arguments: "\(film) -c:v libx264 -c:a aac", format: "mpegts"),
        Row(file: "mpeg2.ts", arguments: "\(film) -c:v mpeg2video -q:v 3 -c:a mp2", format: "mpegts"),
        Row(file: "a.flv", arguments: "\(film) -c:v libx264 -c:a aac", format: "flv"),
    ]

    static let sounds = [
        Row(file: "a.mp3", arguments: "\(sound) -c:a libmp3lame", format: "mp3"),
        Row(file: "a.aac", arguments: "\(sound) -c:a aac", format: "aac"),
        Row(file: "a.m4a", arguments: "\(sound) -c:a aac", format: "mp4"),
        Row(file: "a.ogg", arguments: "\(sound) -c:a libvorbis", format: "ogg"),
        Row(file: "a.opus", arguments: "\(sound) -ar 48000 -c:a libopus", format: "ogg"),
        Row(file: "a.flac", arguments: "\(sound) -c:a flac", format: "flac"),
        Row(file: "a.wav", arguments: "\(sound)", format: "wav"),
    ]
}

extension WorkerTests {
    @Suite("Formats, through a real child")
    struct FormatTests {
        @Test("Every picture format gives the hash of the picture, and its turned copies", arguments: Formats.pictures)
        func picture(_ row: Formats.Row) async throws {
            let original = try TestMedia.make("original.png", "\(Formats.picture) -update 1")
            let data = try TestMedia.make(row.file, row.arguments)
            try await withPool { pool in
                let expected = try #require(try await pool.analyse(original).pdq)
                let analysis = try await pool.analyse(data)
                #expect(analysis.kind == .image)
                #expect(analysis.format == row.format)
                #expect(analysis.bytes == data.count)
                #expect((analysis.width, analysis.height) == (640, 480))
                let found = try #require(analysis.pdq)
                #expect(found.hash.distance(to: expected.hash) <= 8)
                #expect(found.quality >= 90)
                #expect(analysis.pdqVariants.filter { !$0.name.hasPrefix("on") }.count == 7)
                #expect(analysis.duration == nil && analysis.video == nil && analysis.audio == nil)
            }
        }

        @Test("A HEIC picture gives the hash of the picture")
        func heic() async throws {
            let original = try TestMedia.make("original.png", "\(Formats.picture) -update 1")
            let data = try TestMedia.heic("\(Formats.picture) -update 1")
            try await withPool { pool in
                let expected = try #require(try await pool.analyse(original).pdq)
                let analysis = try await pool.analyse(data)
                #expect(analysis.format == "heic")
                let found = try #require(analysis.pdq)
                #expect(found.hash.distance(to: expected.hash) <= 8)
            }
        }

        @Test(
            "An animated picture gives the hash of its first frame and a video of all",
            arguments: Formats.animations)
        func animation(_ row: Formats.Row) async throws {
            let data = try TestMedia.make(row.file, row.arguments)
            try await withPool { pool in
                let analysis = try await pool.analyse(data)
                #expect(analysis.kind == .image)
                #expect(analysis.format == row.format)
                let video = try #require(analysis.video)
                #expect(video.frames.map(\.time.milliseconds) == [0, 1000, 2000])
                let found = try #require(analysis.pdq)
                #expect(found.hash.distance(to: video.frames[0].hash) <= 4)
            }
        }

        @Test(
            "Every film format gives its frames by time and its sound",
            arguments: Formats.films)
        func film(_ row: Formats.Row) async throws {
            let data = try TestMedia.make(row.file, row.arguments)
            // Every frame of the film, since containers round times by up to a frame.
            let originals = try TestMedia.make("all.png", "-f lavfi -i testsrc2=s=320x240:r=25:d=4 -f apng")
            try await withPool { pool in
                let every = AnalysisOptions(interval: MediaTime(milliseconds: 40))
                let expected = try #require(try await pool.analyse(originals, options: every).video).frames
                #expect(expected.count == 100)
                let analysis = try await pool.analyse(data)
                #expect(analysis.kind == .video)
                #expect(analysis.format == row.format)
                #expect((analysis.width, analysis.height) == (320, 240))
                let video = try #require(analysis.video)
                #expect((4...5).contains(video.frames.count))
                #expect(abs(video.duration.seconds - 4) < 0.2)
                for (second, frame) in video.frames.enumerated() {
                    #expect(abs(frame.time.seconds - Double(second)) <= 0.25)
                    let near = expected.filter { abs($0.time.seconds - frame.time.seconds) < 0.045 }
                    let distance = near.map { $0.hash.distance(to: frame.hash) }.min()
                    #expect(distance ?? 256 <= 12, "at \(frame.time.seconds) s")
                    #expect(frame.quality >= 90)
                }
                let audio = try #require(analysis.audio)
                #expect(abs(audio.duration.seconds - 4) < 0.2)
                #expect(audio.words.count >= 10)
            }
        }

        @Test(
            "Every sound format gives its words",
            arguments: Formats.sounds)
        func sound(_ row: Formats.Row) async throws {
            let data = try TestMedia.make(row.file, row.arguments)
            try await withPool { pool in
                let analysis = try await pool.analyse(data)
                #expect(analysis.kind == .audio)
                #expect(analysis.format == row.format)
                #expect(analysis.width == nil && analysis.pdq == nil && analysis.video == nil)
                let audio = try #require(analysis.audio)
                #expect(abs(audio.duration.seconds - 4) < 0.2)
                #expect(audio.words.count >= 10)
            }
        }
    }
}
