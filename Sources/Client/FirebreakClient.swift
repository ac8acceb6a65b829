import AsyncHTTPClient
import Foundation
import NIOCore

/// Speaks to a Firebreak server over its `/v1` routes.
///
/// Calls stand in files by area: `BankCalls`, `EntryCalls`, `ListCalls`, `LookupCalls`, `ContentCalls`, `KeyCalls`,
/// `ProcessCalls`. Each throws `ClientError`. Uploads are streamed from their file, so that a file of any size needs
/// constant memory. A POST that makes something carries an `Idempotency-Key`, and is sent again when the
/// connection broke off or the server was not ready.
public struct FirebreakClient: Sendable {
    public let endpoint: Endpoint
    let http: HTTPClient
    /// Makes the value of an `Idempotency-Key`.
    let newKey: @Sendable () -> String

    /// Prepares a client; nothing is sent. `shutdown` must be called when it is no longer needed.
    public init(_ endpoint: Endpoint, newKey: @escaping @Sendable () -> String) {
        self.endpoint = endpoint
        self.newKey = newKey
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Prepares a client that names its requests by random numbers.
    public init(_ endpoint: Endpoint) {
        self.init(endpoint) { UUID().uuidString.lowercased() }
    }

    /// The same connections, used with another key. Only one of the two is to be shut down.
    public func speaking(with key: String) -> FirebreakClient {
        FirebreakClient(endpoint: endpoint.with(key: key), http: http, newKey: newKey)
    }

    private init(endpoint: Endpoint, http: HTTPClient, newKey: @escaping @Sendable () -> String) {
        self.endpoint = endpoint
        self.http = http
        self.newKey = newKey
    }

    /// Closes the connections. No call may follow.
    public func shutdown() async {
        // A second shutdown is the only failure, and changes nothing.
        try? await http.shutdown()
    }

    /// Runs `body` with a client and closes it afterwards.
    public static func with<Value: Sendable>(
        _ endpoint: Endpoint, _ body: (FirebreakClient) async throws -> Value
    ) async throws -> Value {
        let client = FirebreakClient(endpoint)
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
