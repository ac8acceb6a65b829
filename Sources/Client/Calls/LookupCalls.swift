import Foundation

/// Questions that leave nothing behind on the server.
extension FirebreakClient {
    /// What these fingerprints of one thing match. `duration` is in seconds.
    public func lookUp(_ fingerprints: [FingerprintValue], duration: Double?) async throws -> LookupAnswer {
        let body = LookupQuestion(fingerprints: fingerprints, duration: duration)
        var exchange = Exchange(method: .post, path: "/v1/lookup", body: .json(try json(body)))
        exchange.isRepeatable = true
        return try await call(exchange)
    }

    /// The fingerprints of a file, computed by the server.
    public func hash(_ file: UploadFile) async throws -> FileAnalysis {
        try await call(
            Exchange(method: .post, path: "/v1/hash", body: .form(form([], file)), timeout: Exchange.patient))
    }
}

private struct LookupQuestion: Codable {
    var fingerprints: [FingerprintValue]
    var duration: Double?
}
