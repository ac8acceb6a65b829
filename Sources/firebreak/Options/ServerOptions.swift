import ArgumentParser
import Client
import Foundation

/// Which server, and with which key.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server's address (or FIREBREAK_SERVER).", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("An API key's secret (or FIREBREAK_KEY).", valueName: "secret"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "The data directory of a server on this machine, which names its address and first key (or FIREBREAK_DATA; else ./firebreak-data).",
            valueName: "dir"))
    var data: String?

    func endpoint() throws -> Endpoint {
        try Endpoint.find(
            server: server, key: key, data: data, environment: ProcessInfo.processInfo.environment)
    }

    /// Runs `body` with a client of the server.
    func call<Value: Sendable>(_ body: (FirebreakClient) async throws -> Value) async throws -> Value {
        try await FirebreakClient.with(try endpoint(), body)
    }
}
