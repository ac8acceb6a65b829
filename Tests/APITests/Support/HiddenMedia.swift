import Foundation

/// Files that show what `SampleMedia` holds to whoever opens them, and try to show something else to an analysis.
enum HiddenMedia {
    /// All of the picture is in the transparency of a black square, so it is seen on a white page only.
    static let inTransparency = SampleMedia.make(
        "-f lavfi -i mandelbrot=s=640x480 -f lavfi -i color=black:s=640x480 -filter_complex [0]format=gray,negate[a];[1]format=rgb24[b];[b][a]alphamerge -frames:v 1",
        "png")
    /// A test picture for a fiftieth of a second, then the picture for the rest of one second.
    static let inSecondFrame = SampleMedia.make(
        "\(twoFrames),split[x][y];[x]palettegen[p];[y][p]paletteuse", "gif")
    /// The same as an animated PNG, of which a long text stands before the chunk that says that it is animated.
    static let behindLongText: [UInt8] = {
        let plain = SampleMedia.make("\(twoFrames) -plays 0 -f apng", "png")
        let header = 33
        guard plain.count > header else { return [] }
        let text = Array("tEXtComment\0".utf8) + [UInt8](repeating: 0x20, count: 6000)
        let chunk = bytes(UInt32(text.count - 4)) + text + bytes(checksum(text))
        return plain[..<header] + chunk + plain[header...]
    }()
    /// Twenty seconds of a test picture and then the known film, joined as transport streams are, each with its own clock.
    static let behindAnotherFilm =
        SampleMedia.make("-f lavfi -i testsrc2=s=480x360:r=10:d=20 \(h264) -f mpegts", "ts")
        + SampleMedia.make("-f lavfi -i \(SampleMedia.slowPictures) \(h264) -f mpegts", "ts")
    /// The known film in a container that says that it lasts thirty years.
    static let inLongDuration: [UInt8] = {
        var film = SampleMedia.make("-f lavfi -i \(SampleMedia.slowPictures) \(h264)", "mkv")
        let element: [UInt8] = [0x44, 0x89, 0x88]
        guard let start = film.indices.first(where: { film[$0...].starts(with: element) }) else { return [] }
        let duration = Double(1e12).bitPattern
        film.replaceSubrange(
            start + 3..<start + 11, with: bytes(UInt32(duration >> 32)) + bytes(UInt32(truncatingIfNeeded: duration)))
        return film
    }()
    /// The known film, and beside it one that makes more of itself: a player shows the first.
    static let besideAnotherFilm = SampleMedia.make(
        "-f lavfi -i \(SampleMedia.slowPictures) -f lavfi -i testsrc2=s=960x720:r=25:d=12 -map 0 -map 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -disposition:v:0 default -disposition:v:1 default",
        "mp4")

    private static let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
    private static let twoFrames =
        "-f lavfi -i testsrc2=s=640x480:r=50:d=0.02 -f lavfi -i mandelbrot=s=640x480:r=50 -filter_complex [1]trim=end_frame=1,loop=48:1:0,setpts=N/50/TB[k];[0]format=rgb24[c];[k]format=rgb24[d];[c][d]concat"

    private static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// CRC-32 as PNG has it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xedb8_8320 : rest >> 1 }
        }
    }
}
