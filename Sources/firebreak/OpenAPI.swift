import ArgumentParser
import Server

/// `firebreak openapi`.
struct OpenAPI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the HTTP API's document (OpenAPI 3.1, YAML).",
        discussion: """
            EXAMPLE
              firebreak openapi > openapi.yaml
            """)

    func run() async throws {
        print(ServedDocument.text, terminator: "")
    }
}
