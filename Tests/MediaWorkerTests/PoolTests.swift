import Fingerprints
import Foundation
import Glibc
import MediaWorker
import Testing

extension WorkerTests {
    @Suite("The pool and its children")
    struct PoolTests {
        /// Stands in for the worker: is ready, and then does what the script says.
        private func standIn(_ script: String) throws -> String {
            let file = TestMedia.folder.appending(path: "stand-in-\(UUID()).sh")
            // Six bytes: no payload, version 1, kind 1.
            try Data("#!/bin/bash\nprintf '\\0\\0\\0\\0\\1\\1' >&3\n\(script)\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
            return file.path
        }

        private func picture() throws -> Data {
            try TestMedia.make("a.jpg", "-f lavfi -i testsrc2=s=640x480 -frames:v 1 -update 1 -q:v 2")
        }

        @Test("A sandboxed child refuses what it must")
        func sandbox() async {
            let checks = await SandboxCheck.all(executable: TestMedia.worker)
            #expect(checks.map(\.attempt) == SandboxCheck.Attempt.allCases)
            for check in checks { #expect(check.isSound, "\(check.attempt): \(check.outcome)") }
        }

        @Test("A child that hangs is killed at the deadline, counted and replaced")
        func hang() async throws {
            var limits = WorkerLimits()
            limits.wallSeconds = 1
            let data = try picture()
            try await withPool(executable: try standIn("exec tail -f /dev/null"), limits: limits) { pool in
                let failure = try await pool.failure(of: data)
                #expect(failure == .timedOut(seconds: 1))
                #expect(pool.health.failures == 1)
            }
        }

        @Test(
            "A child that crashes fails the one analysis with its signal",
            arguments: [(SIGSEGV, "SEGV"), (SIGKILL, "KILL"), (SIGSYS, "SYS")])
        func crash(_ signal: Int32, _ name: String) async throws {
            let data = try picture()
            try await withPool(executable: try standIn("head -c 6 <&3 >/dev/null; kill -\(name) $$")) { pool in
                for count in 1...3 {
                    let failure = try await pool.failure(of: data)
                    #expect(failure == .workerCrashed(signal: signal))
                    #expect(pool.health.failures == count)
                }
            }
        }

        @Test("A child that is out of processor time is over budget")
        func processorTime() async throws {
            let data = try picture()
            try await withPool(executable: try standIn("head -c 6 <&3 >/dev/null; kill -XCPU $$")) { pool in
                let failure = try await pool.failure(of: data)
                #expect(failure?.code == "media_over_budget")
            }
        }

        @Test(
            "A child that answers nonsense is replaced, and nothing is allocated for its lengths",
            arguments: [
                "\\377\\377\\377\\377\\1\\3", "\\1\\0\\0\\0\\1\\3\\11", "\\1\\0\\0\\0\\2\\3\\0",
                "\\1\\0\\0\\0\\1\\1\\0",
            ])
        func nonsense(_ bytes: String) async throws {
            let data = try picture()
            let script = "head -c 6 <&3 >/dev/null; printf '\(bytes)' >&3; exec tail -f /dev/null"
            try await withPool(executable: try standIn(script)) { pool in
                let failure = try await pool.failure(of: data)
                #expect(failure == .workerCrashed(signal: nil))
                #expect(pool.health.failures == 1)
            }
        }

        @Test("A real child that is killed at work is replaced, and the next file is analysed")
        func killedAtWork() async throws {
            let film = try TestMedia.make("a.mkv", "-f lavfi -i testsrc2=s=1280x720:r=25:d=20 -c:v mpeg4 -q:v 4")
            let picture = try picture()
            try await withPool { pool in
                async let failure = pool.failure(of: film)
                while pool.health.pending == 0 { await Task.yield() }
                for child in children() { kill(child, SIGKILL) }
                let found = try await failure
                #expect(found == .workerCrashed(signal: SIGKILL) || found == nil)
                let analysis = try await pool.analyse(picture)
                #expect(analysis.format == "jpeg")
            }
        }

        @Test("A child that is killed while it is idle costs no analysis")
        func killedIdle() async throws {
            let picture = try picture()
            try await withPool { pool in
                for child in children() { kill(child, SIGKILL) }
                while pool.health.failures == 0 { await Task.yield() }
                let analysis = try await pool.analyse(picture)
                #expect(analysis.format == "jpeg")
            }
        }

        @Test("Cancelling ends a running analysis and one that waits, and the pool goes on")
        func cancellation() async throws {
            let film = try TestMedia.make("a.mkv", "-f lavfi -i testsrc2=s=1280x720:r=25:d=30 -c:v mpeg4 -q:v 4 -g 250")
            let picture = try picture()
            try await withPool { pool in
                let running = Task { try await pool.failure(of: film) }
                while pool.health.pending == 0 { await Task.yield() }
                let waiting = Task { try await pool.failure(of: film) }
                while pool.health.pending == 1 { await Task.yield() }
                waiting.cancel()
                let dropped = try await waiting.value
                #expect(dropped?.code == "media_worker_unavailable")
                running.cancel()
                let stopped = try await running.value
                #expect(stopped == nil || stopped?.code == "media_worker_unavailable")
                let analysis = try await pool.analyse(picture)
                #expect(analysis.format == "jpeg")
                #expect(pool.health.failures == 0)
            }
        }

        @Test("A full queue refuses, and a stopped pool answers everything")
        func queueAndStop() async throws {
            var limits = WorkerLimits()
            limits.queueLength = 2
            let data = try picture()
            let pool = MediaWorkerPool(executable: try standIn("exec tail -f /dev/null"), count: 1, limits: limits)
            try await pool.start()
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<8 { group.addTask { try await pool.failure(of: data)?.code } }
                // One runs, two wait, the other five are refused at once.
                var codes: [String?] = []
                for _ in 0..<5 { codes.append(try await group.next() ?? nil) }
                await pool.stop()
                while let code = try await group.next() { codes.append(code) }
                return codes
            }
            #expect(codes == [String?](repeating: "media_worker_unavailable", count: 8))
            #expect(pool.health.alive == 0 && pool.health.pending == 0)
            let failure = try await pool.failure(of: data)
            #expect(failure?.code == "media_worker_unavailable")
        }

        @Test("A program that is not there cannot be started")
        func missingProgram() async {
            let pool = MediaWorkerPool(executable: "/nonexistent/worker", count: 2)
            await #expect(throws: AnalysisFailure.self) { try await pool.start() }
            #expect(pool.health.alive == 0)
        }

        @Test("Many files at once are each answered with their own analysis")
        func manyAtOnce() async throws {
            let sizes = (1...12).map { 64 + $0 * 8 }
            let pictures = try sizes.map {
                try TestMedia.make("a.png", "-f lavfi -i testsrc2=s=\($0)x\($0) -frames:v 1 -update 1")
            }
            try await withPool(count: 2) { pool in
                try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
                    for round in 0..<5 {
                        for (size, data) in zip(sizes, pictures) {
                            group.addTask { (size, try await pool.analyse(data, options: Self.options(round)).width) }
                        }
                    }
                    for try await (size, width) in group { #expect(width == size) }
                }
                #expect(pool.health.answered == 60 && pool.health.failures == 0 && pool.health.alive == 2)
            }
        }

        private static func options(_ round: Int) -> AnalysisOptions {
            AnalysisOptions(interval: MediaTime(milliseconds: Int64(500 + round * 100)))
        }

        /// The worker processes that this process started.
        private func children() -> [pid_t] {
            let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return folders.compactMap { name in
                guard let process = pid_t(name),
                    let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                    let end = stat.lastIndex(of: ")")
                else { return nil }
                let fields = stat[stat.index(end, offsetBy: 2)...].split(separator: " ")
                return fields.count > 1 && pid_t(fields[1]) == getpid() && stat.contains("(firebreak-media")
                    ? process : nil
            }
        }
    }
}
