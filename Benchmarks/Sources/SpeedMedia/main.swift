import Fingerprints
import Foundation
import MediaWorker

// Times whole files through a sandboxed child, and FFmpeg decoding every frame of the same films on one thread.
//
//     SpeedMedia <path of firebreak-media-worker> [pictures] [films] [long]
//
// Pictures in time on the wall, median of many, one after another through a warm child. Films in processor time, the
// child's start left out, since other load moves the wall clock. `long` makes and reads ten hours of film and wants 1
// GB of disk.

let arguments = CommandLine.arguments.dropFirst()
guard let worker = arguments.first else {
    print("usage: SpeedMedia <path of firebreak-media-worker> [pictures] [films] [long]")
    exit(2)
}
let wanted = arguments.count > 1 ? Set(arguments.dropFirst()) : ["pictures", "films"]
let bench = try MediaBench(worker: worker)
defer { bench.removeFiles() }
if wanted.contains("pictures") {
    try await bench.picture("512px", "scale=512:512")
    try await bench.picture("1MP", "scale=1024:1024")
    try await bench.picture("12MP", "scale=4000:3000")
}
if wanted.contains("films") {
    try await bench.film("1080p", "testsrc2=s=1920x1080:r=30:d=20", "-c:v libx264 -preset medium -pix_fmt yuv420p")
    try await bench.film("1080pKey2s", "testsrc2=s=1920x1080:r=30:d=20", "-c:v libx264 -g 60 -pix_fmt yuv420p")
    try await bench.film("SD", "testsrc2=s=854x480:r=30:d=40", "-c:v libx264 -preset medium -pix_fmt yuv420p")
    try await bench.film("SDKey2s", "testsrc2=s=854x480:r=30:d=40", "-c:v libx264 -g 60 -pix_fmt yuv420p")
}
if wanted.contains("long") { try await bench.tenHours() }
