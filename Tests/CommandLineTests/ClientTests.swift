import Foundation
import NIOCore
import Testing

@testable import Client

@Suite struct ClientTests {
    private static func find(
        server: String? = nil, key: String? = nil, data: String? = nil, _ environment: [String: String] = [:]
    ) throws -> Endpoint {
        try Endpoint.find(server: server, key: key, data: data, environment: environment)
    }

    @Test("what is named goes before the environment, and that before the data directory")
    func order() throws {
        try TemporaryDirectory.with { directory in
            try FileManager.default.createDirectory(atPath: directory + "/keys", withIntermediateDirectories: true)
            try Data("{\"url\":\"http://127.0.0.1:9\",\"pid\":7}".utf8).write(
                to: URL(fileURLWithPath: directory + "/server.json"))
            try Data("fbk_admin\n".utf8).write(to: URL(fileURLWithPath: directory + "/keys/admin.key"))
            let environment = ["FIREBREAK_SERVER": "http://env:1", "FIREBREAK_KEY": "fbk_env"]
            #expect(
                try Self.find(server: "http://named:2", key: "fbk_named", environment)
                    == Endpoint(url: "http://named:2", key: "fbk_named"))
            #expect(try Self.find(environment) == Endpoint(url: "http://env:1", key: "fbk_env"))
            #expect(try Self.find(data: directory) == Endpoint(url: "http://127.0.0.1:9", key: "fbk_admin"))
            #expect(
                try Self.find(["FIREBREAK_DATA": directory]) == Endpoint(url: "http://127.0.0.1:9", key: "fbk_admin"))
        }
    }

    @Test("the admin key of a data directory is never sent to a server that was named")
    func foreign() throws {
        try TemporaryDirectory.with { directory in
            try FileManager.default.createDirectory(atPath: directory + "/keys", withIntermediateDirectories: true)
            try Data("fbk_admin\n".utf8).write(to: URL(fileURLWithPath: directory + "/keys/admin.key"))
            #expect(throws: ClientError.self) { try Self.find(server: "http://elsewhere", data: directory) }
        }
    }

    @Test(
        "what is no address of a server is refused",
        arguments: ["", "localhost", "ftp://h", "http://", "file:///etc/passwd", "http://h/?q=1", "http://h/#f"])
    func address(text: String) {
        #expect(throws: ClientError.self) { try Endpoint(url: text, key: nil) }
    }

    @Test("a form is exactly as long as it says, whatever the file's length", arguments: [0, 1, 262_144, 600_001])
    func form(length: Int) async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/a \"file\".bin"
            let bytes = Data((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try bytes.write(to: URL(fileURLWithPath: path))
            let form = MultipartForm(
                fields: [("labels", "a,b")], file: try UploadFile(path), boundary: "edge")
            var body: [UInt8] = []
            for try await piece in form.pieces {
                #expect(piece.readableBytes <= FilePieces.size)
                body += piece.readableBytesView
            }
            #expect(Int64(body.count) == form.length)
            let head =
                "--edge\r\nContent-Disposition: form-data; name=\"labels\"\r\n\r\na,b\r\n"
                + "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22file%22.bin\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n"
            #expect(body == Array(head.utf8) + Array(bytes) + Array("\r\n--edge--\r\n".utf8))
        }
    }

    @Test("a file that shrinks while it is sent is an error, not a short upload")
    func shrinking() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/f"
            try Data(count: 300_000).write(to: URL(fileURLWithPath: path))
            let pieces = FilePieces(file: try UploadFile(path))
            #expect(truncate(path, 100_000) == 0)
            await #expect(throws: ClientError.self) { for try await _ in pieces {} }
        }
    }

    @Test("only regular files are uploaded")
    func regular() throws {
        try TemporaryDirectory.with { directory in
            for path in [directory, directory + "/none", "/dev/null"] {
                #expect(throws: ClientError.self) { try UploadFile(path) }
            }
        }
    }

    @Test("text in a path cannot leave its place")
    func paths() {
        #expect(PathPart.encoded("../a b/ü?x=1&y#z") == "..%2Fa%20b%2F%C3%BC%3Fx%3D1%26y%23z")
    }
}
