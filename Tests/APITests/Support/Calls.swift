import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// One answer: its status, its JSON, its headers.
struct Answer {
    var status: Int
    var json: [String: Any]
    var text: String
    var headers: HTTPFields

    func string(_ key: String) -> String { json[key] as? String ?? "" }
    func object(_ key: String) -> [String: Any] { json[key] as? [String: Any] ?? [:] }
    func list(_ key: String) -> [[String: Any]] { json[key] as? [[String: Any]] ?? [] }
    var code: String { string("code") }
    var outcome: String { object("verdict")["outcome"] as? String ?? "" }
}

extension TestServer {
    /// Sends one request; with the admin key unless another secret, or none, is named.
    func call(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8] = [], type: String? = nil,
        secret: String? = "admin",
        headers more: [(String, String)] = []
    ) async throws -> Answer {
        var headers = HTTPFields()
        if let type { headers[.contentType] = type }
        if let secret { headers[.authorization] = "Bearer \(secret == "admin" ? adminSecret : secret)" }
        for (name, value) in more {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return try await client.execute(
            uri: path, method: method, headers: headers, body: body.isEmpty ? nil : ByteBuffer(bytes: body)
        ) { response in
            let text = String(buffer: response.body)
            let json = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
            return Answer(status: response.status.code, json: json, text: text, headers: response.headers)
        }
    }

    func post(
        _ path: String, json: String = "", secret: String? = "admin", headers: [(String, String)] = []
    ) async throws -> Answer {
        try await call(
            .post, path, body: Array(json.utf8), type: json.isEmpty ? nil : "application/json", secret: secret,
            headers: headers)
    }

    func get(_ path: String, secret: String? = "admin") async throws -> Answer {
        try await call(.get, path, secret: secret)
    }

    /// Uploads a file as a form, with fields beside it.
    func upload(
        _ path: String, _ file: [UInt8], fields: [(String, String)] = [], secret: String? = "admin",
        headers: [(String, String)] = []
    ) async throws -> Answer {
        try await call(
            .post, path, body: Self.form(file, fields: fields), type: "multipart/form-data; boundary=frontier",
            secret: secret, headers: headers)
    }

    static func form(_ file: [UInt8], fields: [(String, String)] = []) -> [UInt8] {
        var body: [UInt8] = []
        for (name, value) in fields {
            body += Array("--frontier\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        body += Array("--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.bin\"\r\n".utf8)
        body += Array("Content-Type: application/octet-stream\r\n\r\n".utf8)
        return body + file + Array("\r\n--frontier--\r\n".utf8)
    }

    /// A live bank of a purpose that needs no second person.
    func bank(_ name: String, purpose: String, state: String = "live", more: String = "") async throws -> String {
        let made = try await post(
            "/v1/banks", json: #"{"name":"\#(name)","purpose":"\#(purpose)","approval":"single"\#(more)}"#)
        #expect(made.status == 201, "\(made.text)")
        let id = made.string("id")
        if state != "draft" {
            let moved = try await call(
                .patch, "/v1/banks/\(id)", body: Array(#"{"state":"\#(state)"}"#.utf8), type: "application/json")
            #expect(moved.status == 200, "\(moved.text)")
        }
        return id
    }

    /// A key with these scopes; its secret.
    func key(_ scopes: [String]) async throws -> String {
        let list = scopes.map { "\"\($0)\"" }.joined(separator: ",")
        return try await post("/v1/keys", json: #"{"name":"test","scopes":[\#(list)]}"#).string("secret")
    }
}
