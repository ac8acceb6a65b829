import API
import HTTPTypes
import MediaWorker
import Testing

@Suite("The API document", .serialized)
struct DocumentTests {
    @Test("Routes and document name the same methods of the same paths")
    func agreement() async throws {
        try await TestServer.run(analyser: FailingAnalyser(.unsupported)) { server in
            let api = FirebreakAPI(installation: server.installation, desk: server.desk) { "" }
            let routes = Set(api.routes.map { "\($0.method.rawValue.lowercased()) \($0.path)" })
            #expect(routes == Self.documented())
            #expect(routes.count == api.routes.count, "a route is listed twice")
        }
    }

    @Test("Each operation of the document says whether it needs a key, as the route does")
    func security() async throws {
        try await TestServer.run(analyser: FailingAnalyser(.unsupported)) { server in
            let api = FirebreakAPI(installation: server.installation, desk: server.desk) { "" }
            let open = Set(
                api.routes.filter { $0.access == .open }.map { "\($0.method.rawValue.lowercased()) \($0.path)" })
            #expect(Self.documented { $0.contains("security: []") } == open)
        }
    }

    /// The operations under `paths:`, read by their indentation: two spaces for a path, four for a method.
    private static func documented(where condition: (String) -> Bool = { _ in true }) -> Set<String> {
        var operations: [String: String] = [:]
        var (inPaths, path, operation) = (false, "", "")
        for line in APIDocument.text.split(separator: "\n", omittingEmptySubsequences: true) {
            let indent = line.prefix { $0 == " " }.count
            let text = line.dropFirst(indent)
            if indent == 0 { inPaths = text == "paths:" }
            guard inPaths, text.first != "#" else { continue }
            if indent == 2, text.hasPrefix("/") {
                path = String(text.dropLast())
            } else if indent == 4, let name = text.split(separator: ":").first,
                ["get", "post", "put", "patch", "delete"].contains(name)
            {
                operation = "\(name) \(path)"
                operations[operation] = ""
            } else if indent > 4 {
                operations[operation]?.append(text + "\n")
            }
        }
        return Set(operations.filter { condition($0.value) }.keys)
    }
}
