import AsyncHTTPClient
import Foundation
import NIOCore

/// The server itself.
extension FirebreakClient {
    /// Whether the server is ready, or `nil` where nobody answers in time.
    public func readiness() async -> Readiness? {
        var base = endpoint.url.absoluteString
        while base.hasSuffix("/") { base.removeLast() }
        guard let response = try? await http.execute(HTTPClientRequest(url: base + "/readyz"), timeout: .seconds(2)),
            let body = try? await response.body.collect(upTo: 1 << 20)
        else { return nil }
        return try? JSONDecoder().decode(Readiness.self, from: Data(body.readableBytesView))
    }
}
