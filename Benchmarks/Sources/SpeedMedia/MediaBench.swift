import Fingerprints
import Foundation
import MediaWorker

/// Makes synthetic media and times what becomes of it.
struct MediaBench {
    struct ToolFailure: Error { var command: [String] }

    let worker: String
    private let folder: URL

    init(worker: String) throws {
        self.worker = worker
        folder = FileManager.default.temporaryDirectory.appending(path: "firebreak-speed-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func removeFiles() { try? FileManager.default.removeItem(at: folder) }

    func picture(_ name: String, _ scale: String) async throws {
        let file = folder.appending(path: "\(name).jpg").path
        // Noise, so that there is as much to decode as in a photograph.
        try ffmpeg("-f lavfi -i mandelbrot=s=1600x1200 -frames:v 1 -update 1 -vf \(scale),noise=alls=12 -q:v 4 \(file)")
        let pool = MediaWorkerPool(executable: worker, count: 1)
        try await pool.start()
        var times: [Double] = []
        for _ in 0..<100 {
            let started = ContinuousClock.now
            _ = try await analyse(file, by: pool)
            times.append(Self.milliseconds(ContinuousClock.now - started))
        }
        await pool.stop()
        times.sort()
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
        print("Media:JPEG:\(name) median \(Self.text(times[50])) ms, p95 \(Self.text(times[95])) ms, \(size / 1000) kB")
    }

    func film(_ name: String, _ source: String, _ encoding: String) async throws {
        let file = folder.appending(path: "\(name).mp4").path
        try ffmpeg("-f lavfi -i \(source) -f lavfi -i sine=440:d=40 -shortest \(encoding) -c:a aac \(file)")
        let idle = try await processorTime { _ in }
        var seconds = 0.0
        var best = (ours: Double.infinity, theirs: Double.infinity)
        for _ in 0..<3 {
            let used = try await processorTime { pool in
                seconds = try await analyse(file, by: pool).duration?.seconds ?? 0
            }
            best.ours = min(best.ours, used - idle)
            let before = Self.childSeconds()
            try ffmpeg("-threads 1 -i \(file) -map 0:v -f null -")
            best.theirs = min(best.theirs, Self.childSeconds() - before)
        }
        print(
            "Media:Video:\(name) \(Self.text(seconds / best.ours)) times real time, "
                + "\(Self.text(best.theirs / best.ours)) times FFmpeg decoding every frame, "
                + "\(Self.text(best.ours * 1000 / max(1, seconds))) ms a second of film")
    }

    func tenHours() async throws {
        let minute = folder.appending(path: "minute.mp4").path
        let file = folder.appending(path: "long.mp4").path
        try ffmpeg(
            "-f lavfi -i testsrc2=s=320x240:r=25:d=60 -f lavfi -i sine=440:d=60 -crf 35 -preset veryfast -c:a aac -b:a 32k \(minute)"
        )
        try ffmpeg("-stream_loop 599 -i \(minute) -c copy \(file)")
        let used = try await processorTime { pool in
            let analysis = try await analyse(file, by: pool)
            print("Media:Video:TenHours \(analysis.video?.frames.count ?? 0) frames, notes \(analysis.notes)")
        }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        print(
            "Media:Video:TenHours \(Self.text(used)) s of processor time, \(usage.ru_maxrss / 1024) MiB resident at most"
        )
    }

    private func analyse(_ path: String, by pool: MediaWorkerPool) async throws -> Analysis {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        return try await pool.analyse(descriptor: descriptor)
    }

    /// Processor seconds of a child from its start to its end.
    private func processorTime(_ body: (MediaWorkerPool) async throws -> Void) async throws -> Double {
        let before = Self.childSeconds()
        let pool = MediaWorkerPool(executable: worker, count: 1)
        try await pool.start()
        try await body(pool)
        await pool.stop()
        return Self.childSeconds() - before
    }

    private func ffmpeg(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-v", "error", "-y"] + arguments.split(separator: " ").map(String.init)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ToolFailure(command: process.arguments ?? []) }
    }

    private static func childSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }

    private static func text(_ value: Double) -> String { String(format: "%.2f", value) }
}
