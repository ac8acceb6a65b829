import Foundation
import HTTPTypes
import Moderation
import Operations
import Storage
import Testing

@Suite("Bad input", .serialized)
struct BadInputTests {
    /// One request that must be refused, and how.
    struct Row: Sendable, CustomStringConvertible {
        var name: String
        var method: HTTPRequest.Method = .post
        var path: String
        var body: String = ""
        var type: String? = "application/json"
        var secret: String? = "admin"
        var headers: [(String, String)] = []
        var status: Int
        var code: String
        var description: String { name }
    }

    static let form = "multipart/form-data; boundary=frontier"
    static let unknownBank = "bnk_01jzzzzzzzzzzzzzzzzzzzzzzz"
    static let hash = String(repeating: "a5", count: 32)

    static let rows: [Row] = [
        Row(name: "no key", path: "/v1/lookup", body: "{}", secret: nil, status: 401, code: "unauthenticated"),
        Row(
            name: "a wrong key", path: "/v1/lookup", body: "{}", secret: "fbk_wrong", status: 401,
            code: "unauthenticated"),
        Row(name: "an unknown path", method: .get, path: "/v1/nothing", status: 404, code: "not_found"),
        Row(
            name: "a method that the path lacks", method: .put, path: "/v1/banks", status: 405,
            code: "method_not_allowed"),
        Row(name: "no JSON", path: "/v1/lookup", body: "fingerprints", status: 400, code: "invalid_json"),
        Row(name: "a JSON array", path: "/v1/lookup", body: "[]", status: 400, code: "invalid_json"),
        Row(name: "a missing field", path: "/v1/lookup", body: "{}", status: 400, code: "missing_field"),
        Row(
            name: "an unknown field", path: "/v1/lookup", body: #"{"fingerprints":[],"fuzzy":1}"#, status: 400,
            code: "unknown_field"),
        Row(
            name: "a field of the wrong type", path: "/v1/lookup", body: #"{"fingerprints":7}"#, status: 400,
            code: "invalid_field"),
        Row(
            name: "no fingerprints", path: "/v1/lookup", body: #"{"fingerprints":[]}"#, status: 400,
            code: "no_fingerprints"),
        Row(
            name: "an unknown algorithm", path: "/v1/lookup",
            body: #"{"fingerprints":[{"algorithm":"phash","value":"00"}]}"#, status: 400, code: "invalid_field"),
        Row(
            name: "a short hash", path: "/v1/lookup", body: #"{"fingerprints":[{"algorithm":"pdq","value":"00"}]}"#,
            status: 400,
            code: "invalid_fingerprint"),
        Row(
            name: "a quality above 100", path: "/v1/lookup",
            body: #"{"fingerprints":[{"algorithm":"pdq","value":"\#(hash)","quality":101}]}"#, status: 400,
            code: "invalid_fingerprint"),
        Row(
            name: "a version of the future", path: "/v1/lookup",
            body: #"{"fingerprints":[{"algorithm":"pdq","version":9,"value":"\#(hash)"}]}"#, status: 400,
            code: "unknown_version"),
        Row(
            name: "a frame without its time", path: "/v1/lookup",
            body: #"{"fingerprints":[{"algorithm":"video","value":"\#(hash)"}]}"#, status: 400,
            code: "invalid_fingerprint"),
        Row(
            name: "no content type", path: "/v1/content", body: "x", type: nil, status: 415,
            code: "unsupported_media_type"),
        Row(
            name: "text for a form", path: "/v1/content", body: "x", type: "text/plain", status: 415,
            code: "unsupported_media_type"),
        Row(
            name: "a form without a boundary", path: "/v1/content", body: "x", type: "multipart/form-data", status: 400,
            code: "invalid_multipart"),
        Row(
            name: "a form that breaks off", path: "/v1/content",
            body: "--frontier\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc", type: form, status: 400,
            code: "invalid_multipart"),
        Row(
            name: "a form without a file", path: "/v1/content",
            body: "--frontier\r\nContent-Disposition: form-data; name=\"external_id\"\r\n\r\nabc\r\n--frontier--",
            type: form, status: 400, code: "missing_file"),
        Row(
            name: "a form with an unknown field", path: "/v1/content",
            body: "--frontier\r\nContent-Disposition: form-data; name=\"colour\"\r\n\r\nabc\r\n--frontier--",
            type: form, status: 400, code: "unknown_field"),
        Row(
            name: "a part without a name", path: "/v1/content",
            body: "--frontier\r\nContent-Type: image/png\r\n\r\nabc\r\n--frontier--", type: form, status: 400,
            code: "invalid_multipart"),
        Row(
            name: "an empty file", path: "/v1/content",
            body: "--frontier\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--frontier--", type: form,
            status: 400, code: "media_empty"),
        Row(
            name: "a wait that is no number", path: "/v1/content?wait=soon", body: "x", type: form, status: 400,
            code: "invalid_wait"),
        Row(
            name: "an idempotency key with a space", path: "/v1/banks", body: #"{"name":"a","purpose":"watch"}"#,
            headers: [("Idempotency-Key", "a b")], status: 400, code: "invalid_idempotency_key"),
        Row(name: "an unknown bank", method: .get, path: "/v1/banks/\(unknownBank)", status: 404, code: "not_found"),
        Row(
            name: "an id of another noun", method: .get, path: "/v1/banks/con_01jzzzzzzzzzzzzzzzzzzzzzzz", status: 404,
            code: "not_found"),
        Row(name: "an id that is none", method: .get, path: "/v1/content/%00%ff", status: 404, code: "not_found"),
        Row(
            name: "a bank without a purpose", path: "/v1/banks", body: #"{"name":"a"}"#, status: 400,
            code: "missing_field"),
        Row(
            name: "a bank with a bad name", path: "/v1/banks", body: #"{"name":"a b","purpose":"watch"}"#, status: 400,
            code: "invalid_name"),
        Row(
            name: "a threshold out of range", path: "/v1/banks",
            body: #"{"name":"a","purpose":"watch","thresholds":{"pdq_distance":65}}"#, status: 400,
            code: "invalid_thresholds"),
        Row(
            name: "a misspelt threshold", path: "/v1/banks",
            body: #"{"name":"a","purpose":"watch","thresholds":{"pdq_distanz":3}}"#, status: 400, code: "unknown_field"),
        Row(
            name: "an entry in no bank", path: "/v1/banks/\(unknownBank)/entries",
            body: #"{"fingerprints":[{"algorithm":"pdq","value":"\#(hash)"}]}"#, status: 404, code: "not_found"),
        Row(name: "a limit of 0", method: .get, path: "/v1/banks?limit=0", status: 400, code: "invalid_limit"),
        Row(
            name: "a cursor that is none", method: .get, path: "/v1/banks?after=x", status: 400, code: "invalid_cursor"),
        Row(
            name: "a key without scopes", path: "/v1/keys", body: #"{"name":"a","scopes":[]}"#, status: 400,
            code: "invalid_scopes"),
        Row(
            name: "a key with an unknown scope", path: "/v1/keys", body: #"{"name":"a","scopes":["root"]}"#,
            status: 400, code: "invalid_field"),
        Row(
            name: "a key that has expired", path: "/v1/keys",
            body: #"{"name":"a","scopes":["submit"],"expires_at":"2019-03-15T00:00:00Z"}"#, status: 400,
            code: "invalid_expiry"),
        Row(
            name: "a list of no known kind", path: "/v1/banks/\(unknownBank)/imports", body: "x", type: "image/png",
            status: 415, code: "unsupported_media_type"),
    ]

    @Test("Each is refused with its own code, as a problem document, and leaves nothing behind")
    func refusals() async throws {
        try await TestServer.run { server in
            for row in Self.rows {
                let answer = try await server.call(
                    row.method, row.path, body: Array(row.body.utf8), type: row.type, secret: row.secret,
                    headers: row.headers)
                #expect(answer.status == row.status, "\(row.name): \(answer.text)")
                #expect(answer.code == row.code, "\(row.name): \(answer.text)")
                #expect(answer.headers[.contentType] == "application/problem+json", "\(row.name)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.directory + "/spool").isEmpty)
            for table in ["content", "bank", "bank_entry", "job"] {
                let count = try await server.installation.database.read {
                    try $0.query("SELECT COUNT(*) FROM \(table)").first?.integer(0)
                }
                #expect(count == 0, "\(table)")
            }
        }
    }

    @Test("A file over the limit is refused with 413, declared or not, and nothing of it stays")
    func tooLarge() async throws {
        try await TestServer.run(settings: OperationSettings(maximumUpload: 1000)) { server in
            let small = try await server.upload("/v1/content", [UInt8](repeating: 7, count: 1001))
            #expect(small.status == 413)
            #expect(small.code == "too_large")
            let large = try await server.upload("/v1/hash", [UInt8](repeating: 7, count: 500_000))
            #expect(large.status == 413)
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.directory + "/spool").isEmpty)
        }
    }

    @Test("A key does what its scopes say and nothing else")
    func scopes() async throws {
        let hash = Self.hash
        let needs: [(String, HTTPRequest.Method, String, String)] = [
            ("submit", .post, "/v1/content", #"{"fingerprints":[{"algorithm":"pdq","value":"\#(hash)"}]}"#),
            ("lookup", .post, "/v1/lookup", #"{"fingerprints":[{"algorithm":"pdq","value":"\#(hash)"}]}"#),
            ("banks:read", .get, "/v1/banks", ""),
            ("banks:write", .post, "/v1/banks", #"{"name":"NAME","purpose":"watch"}"#),
            ("banks:approve", .patch, "/v1/banks/BANK", #"{"rollout_ratio":0.5}"#),
            ("admin", .get, "/v1/keys", ""),
            ("metrics", .get, "/metrics", ""),
        ]
        try await TestServer.run { server in
            let bank = try await server.bank("first", purpose: "watch")
            for scope in Scope.allCases {
                let secret = try await server.key([scope.rawValue])
                for (index, need) in needs.enumerated() {
                    let (path, body) = (
                        need.2.replacingOccurrences(of: "BANK", with: bank),
                        need.3.replacingOccurrences(of: "NAME", with: "bank-\(scope.rawValue.count)-\(index)")
                    )
                    let answer = try await server.call(
                        need.1, path, body: Array(body.utf8), type: body.isEmpty ? nil : "application/json",
                        secret: secret)
                    if need.0 == scope.rawValue {
                        #expect(answer.status < 300, "\(scope.rawValue) may \(need.1) \(path): \(answer.text)")
                    } else {
                        #expect(
                            answer.code == "missing_scope",
                            "\(scope.rawValue) may not \(need.1) \(path): \(answer.text)")
                    }
                }
            }
        }
    }

    @Test("A key gives no scope that it lacks, and a revoked key is useless at once")
    func keys() async throws {
        try await TestServer.run { server in
            let narrow = try await server.key(["admin"])
            let wider = try await server.post("/v1/keys", json: #"{"name":"x","scopes":["submit"]}"#, secret: narrow)
            #expect(wider.status == 403)
            #expect(wider.code == "scope_exceeds_own")
            let made = try await server.post("/v1/keys", json: #"{"name":"x","scopes":["banks:read"]}"#)
            let secret = made.string("secret")
            #expect(try await server.get("/v1/banks", secret: secret).status == 200)
            #expect(try await server.call(.delete, "/v1/keys/\(made.string("id"))").status == 200)
            #expect(try await server.get("/v1/banks", secret: secret).status == 401)
            #expect(try await server.get("/v1/keys").text.contains("fbk_") == false)
        }
    }

    @Test("Nothing of one platform can be reached from another")
    func platforms() async throws {
        try await TestServer.run { server in
            let bank = try await server.bank("known", purpose: "enforce")
            let entry = try await server.upload("/v1/banks/\(bank)/entries", SampleMedia.picture)
            let content = try await server.upload("/v1/content", SampleMedia.picture)
            let secret = try await Self.strangerKey(server)
            for path in [
                "/v1/banks/\(bank)", "/v1/banks/\(bank)/entries", "/v1/banks/\(bank)/entries/\(entry.string("id"))",
                "/v1/banks/\(bank)/export", "/v1/content/\(content.string("id"))",
            ] {
                #expect(try await server.get(path, secret: secret).status == 404, "\(path)")
            }
            #expect(try await server.get("/v1/banks", secret: secret).list("items").isEmpty)
            let upload = try await server.upload("/v1/content", SampleMedia.picture, secret: secret)
            #expect(upload.outcome == "allow")
            #expect(upload.list("matches").isEmpty)
        }
    }

    /// A key with every scope on a second platform.
    private static func strangerKey(_ server: TestServer) async throws -> String {
        var random = SystemRandomNumberGenerator()
        let platform = Platform(
            id: ID(at: server.clock.now, random: &random), name: "stranger", createdAt: server.clock.now)
        try await server.installation.database.write { try PlatformStore($0).insert(platform) }
        let principal = Principal(
            actor: .system("test"), platform: platform.id, scopes: Set(Scope.allCases))
        return try await ManageKeys(server.installation).create(
            name: "stranger", scopes: Set(Scope.allCases), expiresAt: nil, by: principal
        ).secret
    }
}
