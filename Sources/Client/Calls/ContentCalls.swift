import Foundation

/// Submissions.
extension FirebreakClient {
    /// Offers a file and waits up to `wait` seconds, 0 to 60, for the verdict; without one the content is still being analysed.
    public func submit(
        _ file: UploadFile, externalID: String? = nil, account: String? = nil, wait: Double = 5
    ) async throws -> ContentDocument {
        var fields: [(name: String, value: String)] = [("wait", String(wait))]
        if let externalID { fields.append(("external_id", externalID)) }
        if let account { fields.append(("account_id", account)) }
        return try await call(
            Exchange(
                method: .post, path: "/v1/content", body: .form(form(fields, file)), isRepeatable: true,
                timeout: Exchange.patient))
    }

    public func content(_ id: String) async throws -> ContentDocument {
        try await call(Exchange(method: .get, path: "/v1/content/\(PathPart.encoded(id))"))
    }
}
