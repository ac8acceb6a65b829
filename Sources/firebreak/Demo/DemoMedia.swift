import Foundation

/// The sample media: what is made, how, and what each upload should come to.
struct DemoMedia: Sendable {
    let place: DemoPlace

    /// A thing that goes into the bank.
    struct Original: Hashable, Sendable {
        var name: String
        var label: String
        var recipe: [String]
    }

    /// A thing that is uploaded.
    struct Upload: Hashable, Sendable {
        var name: String
        /// What was done to the original, for people.
        var story: String
        var isCopy: Bool
        /// The original it is made from, or `nil` for one that is made anew.
        var source: String?
        /// What goes between FFmpeg's input and its output.
        var recipe: [String]
    }

    static let originals: [Original] = [
        Original(name: "leaflet.png", label: "leaflet", recipe: picture(leaflet(seed: 11))),
        Original(
            name: "emblem.png", label: "emblem",
            recipe: picture(
                "mandelbrot=s=1024x768:start_scale=0.9:start_x=-0.743643887:start_y=-0.131825904:end_pts=1")),
        Original(
            name: "poster.png", label: "poster",
            recipe: picture(
                "life=s=16x12:ratio=0.5:seed=77:life_color=0x9BC53D:death_color=0x5B2A86,scale=1024:768:flags=lanczos")),
        Original(name: "march.mp4", label: "march", recipe: video(crowd(seed: 5), melody(1.0), encoding: "23")),
        Original(
            name: "speech.mp4", label: "speech",
            recipe: video(
                "mandelbrot=s=640x360:r=12:start_scale=2:end_scale=0.002:end_pts=288:start_x=-0.743643887:start_y=-0.131825904",
                melody(2.7), encoding: "28")),
    ]

    static let uploads: [Upload] = [
        Upload(
            name: "leaflet-small.jpg", story: "re-encoded as JPEG, less than half the size", isCopy: true,
            source: "leaflet.png", recipe: ["-vf", "scale=480:-2", "-q:v", "8"]),
        Upload(
            name: "emblem-cropped.jpg", story: "cropped a little, re-encoded", isCopy: true, source: "emblem.png",
            recipe: ["-vf", "crop=iw*0.98:ih*0.98", "-q:v", "4"]),
        Upload(
            name: "leaflet-logo.jpg", story: "logo in the corner, resized", isCopy: true, source: "leaflet.png",
            recipe: [
                "-vf", "drawbox=iw*0.89:ih*0.04:iw*0.08:ih*0.08:0xF5F5F5:fill,scale=800:-2", "-q:v", "4",
            ]),
        Upload(
            name: "poster-mirrored.webp", story: "mirrored, as WebP", isCopy: true, source: "poster.png",
            recipe: ["-vf", "hflip", "-quality", "80"]),
        Upload(
            name: "march-cut.mp4", story: "14 s cut out, 240p, re-encoded", isCopy: true, source: "march.mp4",
            recipe: ["-ss", "5", "-t", "14", "-vf", "scale=426:240"] + encoding("30") + ["-c:a", "aac", "-b:a", "48k"]),
        Upload(
            name: "march-logo.mkv", story: "logo, resized, as Matroska", isCopy: true, source: "march.mp4",
            recipe: ["-vf", "drawbox=iw*0.88:ih*0.06:iw*0.08:ih*0.10:0xF5F5F5@0.6:fill,scale=480:-2"]
                + encoding("28") + ["-c:a", "copy"]),
        Upload(
            name: "speech-cropped.mkv", story: "cropped a little, resized, MP3 sound", isCopy: true,
            source: "speech.mp4",
            recipe: ["-vf", "crop=iw*0.99:ih*0.99,scale=480:-2"] + encoding("28")
                + ["-c:a", "libmp3lame", "-b:a", "64k"]),
        Upload(
            name: "march-sound.mp3", story: "the sound alone, as MP3", isCopy: true, source: "march.mp4",
            recipe: ["-vn", "-c:a", "libmp3lame", "-b:a", "64k"]),
        Upload(
            name: "look-alike.png", story: "another picture in the style of leaflet.png", isCopy: false,
            recipe: picture(leaflet(seed: 12))),
        Upload(
            name: "look-alike.mp4", story: "another video in the style of march.mp4", isCopy: false,
            recipe: video(crowd(seed: 6), melody(4.2), encoding: "23")),
    ]

    /// Makes what is not there yet, two files at once. What an earlier demo made by the same recipes is kept.
    func make() async throws {
        guard let ffmpeg = Self.ffmpeg else {
            throw CommandFailure.failed("FFmpeg's command line program is missing; make setup installs it.")
        }
        let recipes = Data("\(Self.originals)\n\(Self.uploads)\n".utf8)
        let mark = place.media + "/recipes.txt"
        if FileManager.default.contents(atPath: mark) == recipes, isComplete { return }
        unlink(mark)
        try await Self.inPairs(Self.originals) { original in
            try await Self.run(ffmpeg, original.recipe, to: "\(place.media)/\(original.name)")
        }
        try await Self.inPairs(Self.uploads) { upload in
            let input = upload.source.map { ["-i", "\(place.media)/\($0)"] } ?? []
            try await Self.run(ffmpeg, input + upload.recipe, to: "\(place.uploads)/\(upload.name)")
        }
        _ = FileManager.default.createFile(atPath: mark, contents: recipes)
    }

    private var isComplete: Bool {
        (Self.originals.map { "\(place.media)/\($0.name)" } + Self.uploads.map { "\(place.uploads)/\($0.name)" })
            .allSatisfy(FileManager.default.fileExists(atPath:))
    }

    private static func inPairs<Item: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= 2 { try await group.next() }
                group.addTask { try await body(item) }
            }
            try await group.waitForAll()
        }
    }

    private static var ffmpeg: String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/ffmpeg" }.first(
            where: FileManager.default.isExecutableFile(atPath:))
    }

    private static func run(_ ffmpeg: String, _ arguments: [String], to output: String) async throws {
        let child = Process()
        let complaints = Pipe()
        child.executableURL = URL(fileURLWithPath: ffmpeg)
        child.arguments = ["-nostdin", "-v", "error", "-y"] + arguments + [output]
        child.standardInput = FileHandle.nullDevice
        child.standardError = complaints
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            child.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try child.run()
            } catch {
                child.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        guard status == 0 else {
            let text = (try? complaints.fileHandleForReading.readToEnd()) ?? Data()
            throw CommandFailure.failed(
                "FFmpeg could not make \(output): \(Printable.line(String(decoding: text, as: UTF8.self)))")
        }
    }
}

/// What FFmpeg's own sources are asked for.
extension DemoMedia {
    private static func picture(_ source: String) -> [String] {
        ["-f", "lavfi", "-i", source, "-frames:v", "1"]
    }

    private static func video(_ picture: String, _ sound: String, encoding quality: String) -> [String] {
        ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-t", "24"] + encoding(quality)
            + ["-c:a", "aac", "-b:a", "96k"]
    }

    private static func encoding(_ quality: String) -> [String] {
        ["-c:v", "libx264", "-preset", "ultrafast", "-crf", quality, "-pix_fmt", "yuv420p"]
    }

    /// Coloured patches under a fixed layout of boxes; the seed says which patches.
    private static func leaflet(seed: Int) -> String {
        "life=s=28x18:ratio=0.45:seed=\(seed):mold=20:life_color=0xF2E205:death_color=0x0B3954:mold_color=0xBF2E2E,"
            + "scale=1024:680:flags=bicubic,drawbox=40:40:300:180:0x101010:fill,"
            + "drawbox=60:60:120:140:0xF0F0F0:fill,drawbox=700:480:260:140:0x2E86AB:fill"
    }

    /// Patches that live and die once a second.
    private static func crowd(seed: Int) -> String {
        "life=s=40x24:r=1:ratio=0.4:seed=\(seed):mold=15:life_color=0xFFD166:death_color=0x073B4C:mold_color=0xEF476F,"
            + "scale=640:360:flags=bicubic,fps=12"
    }

    /// Two voices that play notes by chance, the same for the same seed.
    private static func melody(_ seed: Double) -> String {
        let voice = { (slot: Int, rate: String, factors: String) in
            "st(\(slot),floor(14*mod(abs(sin(floor(t*\(rate))*\(factors)),1)))"
        }
        let expression =
            voice(0, "3", "12.9898+\(seed))*43758.5453") + ";" + voice(1, "1.5", "78.233+\(seed))*24634.6345")
            + ";0.3*sin(2*PI*t*262*pow(2,ld(0)/12))+0.2*sin(2*PI*t*524*pow(2,ld(0)/12))"
            + "+0.25*sin(2*PI*t*196*pow(2,ld(1)/12))"
        return "aevalsrc=exprs='\(expression)':s=22050"
    }
}
