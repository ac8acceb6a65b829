import Foundation

/// Media that the tests make with FFmpeg, once a process.
enum SampleMedia {
    /// A picture of rich detail.
    static let picture = make("-f lavfi -i mandelbrot=s=640x480 -frames:v 1 -q:v 3", "jpg")
    /// The same picture, smaller, worse, with a stamp in a corner.
    static let editedPicture = make(
        "-f lavfi -i mandelbrot=s=640x480 -frames:v 1 -vf scale=400:-1,drawbox=8:8:40:20:red:fill -q:v 12", "jpg")
    /// Another picture.
    static let otherPicture = make("-f lavfi -i testsrc2=s=640x480 -frames:v 1", "png")
    /// Twelve seconds of slow pictures and of sound.
    static let video = make(
        "-f lavfi -i \(slowPictures) -f lavfi -i \(sound) -t 12 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac",
        "mp4")
    /// Eight seconds out of its middle, smaller and worse.
    static let clip = make(
        "-f lavfi -i \(slowPictures) -f lavfi -i \(sound) -ss 2 -t 8 -vf scale=240:-2 -c:v libx264 -preset ultrafast -crf 34 -pix_fmt yuv420p -c:a aac -b:a 64k",
        "mp4")
    /// Twenty seconds of sound alone.
    static let song = make("-f lavfi -i \(sound) -t 20 -c:a flac", "flac")
    /// The same sound, another format.
    static let songAsMP3 = make("-f lavfi -i \(sound) -t 20 -b:a 96k", "mp3")

    /// Six scenes of two seconds, each slow and unlike the others.
    static let slowPictures: String = {
        let places = [
            (-0.743643, 0.131825, 0.02), (-0.1, 0.9, 0.4), (0.28, 0.53, 0.05), (-1.25, 0.05, 0.2), (-0.5, 0.55, 0.5),
            (0.36, 0.1, 0.1),
        ]
        let scenes = places.map { x, y, scale in
            "mandelbrot=s=480x360:r=10:start_x=\(x):start_y=\(y):start_scale=\(scale):end_scale=\(scale * 0.9):end_pts=20:maxiter=300,trim=duration=2,setpts=PTS-STARTPTS"
        }
        let labels = scenes.indices.map { "[s\($0)]" }
        return zip(scenes, labels).map { $0 + $1 }.joined(separator: ";") + ";" + labels.joined()
            + "concat=n=\(scenes.count)"
    }()
    private static let sound =
        "aevalsrc=0.3*sin(2*PI*t*(300+120*sin(t*1.7)+60*sin(t*5.1)))+0.2*sin(2*PI*t*(900+300*sin(t*0.9)+200*sin(t*3.3)))"

    static func make(_ arguments: String, _ ending: String) -> [UInt8] {
        let path = NSTemporaryDirectory() + "firebreak-sample-\(UUID().uuidString).\(ending)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ffmpeg")
        process.arguments = ["-v", "error", "-y"] + arguments.split(separator: " ").map(String.init) + [path]
        try? process.run()
        process.waitUntilExit()
        // An empty file fails the test that needs it.
        return (FileManager.default.contents(atPath: path)).map { Array($0) } ?? []
    }
}
