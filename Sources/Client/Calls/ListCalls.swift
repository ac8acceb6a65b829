import AsyncHTTPClient
public import Foundation
import NIOCore

/// Lists of known things, in and out.
extension FirebreakClient {
    /// Sends a list; the answer may say that the import goes on, and `importReport` then tells how far it is.
    ///
    /// `format` is `plain`, `csv` or `jsonl`; `type` is what a plain list's bare values are: `pdq`, `md5` …
    public func importList(
        _ file: UploadFile, format: String, type: String?, into bank: String, wait seconds: Double = 1
    ) async throws -> ImportReport {
        var query = [("format", format), ("wait", String(seconds))]
        if let type { query.append(("type", type)) }
        let contentType =
            switch format {
            case "csv": "text/csv"
            case "jsonl": "application/x-ndjson"
            default: "text/plain"
            }
        return try await call(
            Exchange(
                method: .post, path: "/v1/banks/\(PathPart.encoded(bank))/imports", query: query,
                body: .file(file, contentType: contentType), isRepeatable: true, timeout: Exchange.patient))
    }

    public func importReport(_ id: String, in bank: String) async throws -> ImportReport {
        try await call(
            Exchange(
                method: .get, path: "/v1/banks/\(PathPart.encoded(bank))/imports/\(PathPart.encoded(id))"))
    }

    /// Reads a bank's matched entries as a list and hands its bytes to `write`, piece by piece.
    public func export(
        _ bank: String, format: String, _ write: (Data) throws -> Void
    ) async throws {
        let answer = try await send(
            Exchange(
                method: .get, path: "/v1/banks/\(PathPart.encoded(bank))/export", query: [("format", format)],
                timeout: Exchange.patient))
        do {
            for try await piece in answer.body { try write(Data(piece.readableBytesView)) }
        } catch let error as ClientError {
            throw error
        } catch {
            throw ClientError.unreachable(url: answer.url, reason: "the list broke off before its end")
        }
    }
}
