import ArgumentParser
import Client
import Foundation

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "A whole story on sample media that is made on the spot.",
        discussion: """
            Makes pictures and videos with FFmpeg, starts a server of its own, keeps the
            originals in a bank, uploads edited copies and a look-alike, and shows what
            was recognised. The server stays; running the demo again replaces it. The exit
            code is 3 when anything is not as it should be.

            EXAMPLES
              firebreak demo
              firebreak demo --stop
            """)

    @Option(help: ArgumentHelp("Where the demo keeps its files.", valueName: "dir")) var directory = "demo-data"
    @Option(help: "The port on 127.0.0.1; the next free one where it is taken.") var port: UInt16 = 8080
    @Flag(help: "Stop the demo's server, and nothing else.") var stop = false

    func validate() throws {
        guard port > 0 else { throw ValidationError("--port is a whole number from 1 to 65535.") }
    }

    func run() async throws {
        let terminal = Terminal.current
        let place = try DemoPlace(directory)
        if let old = place.runningServer {
            try await old.stop()
            if stop { return terminal.print("The demo's server (process \(old.pid)) is stopped.") }
            terminal.print("The server of the last demo (process \(old.pid)) is stopped; this one replaces it.")
        } else if stop {
            return terminal.print("No server of a demo runs in \(directory).")
        }
        let start = ContinuousClock.now
        let media = DemoMedia(place: place)
        terminal.print("Making sample pictures, videos and their edited copies with FFmpeg …")
        try await media.make()
        try place.clearServer()
        let server = try await DemoServer.start(place, port: port, terminal)
        let report: DemoReport
        do {
            report = try await FirebreakClient.with(server.endpoint) { client in
                try await DemoStory(client: client, media: media, terminal: terminal).tell()
            }
        } catch {
            // A story that breaks off leaves nothing behind; what stopped it is the news, not a failure to stop.
            try? await RunningProgram(pid: server.pid).stop()
            throw error
        }
        terminal.print("\n" + report.text(terminal))
        terminal.print(farewell(server, place, ContinuousClock.now - start))
        guard report.isAsExpected else {
            throw CommandFailure.failed(
                "Not everything was answered as it should be; the server's log is \(place.log).")
        }
    }

    private func farewell(_ server: DemoServer, _ place: DemoPlace, _ time: Duration) -> String {
        let option = directory == "demo-data" ? "" : " --directory \(directory)"
        return """

            The demo took \(Quantity.decimal(time / .seconds(1), 1)) s. The server keeps running (process \(server.pid)):
              API        \(server.url)/v1   (described at \(server.url)/openapi.yaml)
              try it     firebreak match --data \(place.server) \(place.uploads)/march-cut.mp4
              banks      firebreak bank list --data \(place.server)
              log        \(place.log)
              stop it    kill \(server.pid)   or   firebreak demo --stop\(option)
            """
    }
}
