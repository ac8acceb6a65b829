import Foundation
import Storage
import Testing

@Suite("The schema")
struct SchemaTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Documentation/schema.sql")

    /// With `FIREBREAK_WRITE_SCHEMA=1` in the environment the file is written anew instead of compared.
    @Test("Documentation/schema.sql is what the migrations make")
    func file() async throws {
        let current = try await SchemaText.current()
        if ProcessInfo.processInfo.environment["FIREBREAK_WRITE_SCHEMA"] != nil {
            try current.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        let stored = try String(contentsOf: Self.file, encoding: .utf8)
        #expect(stored == current, "Run FIREBREAK_WRITE_SCHEMA=1 swift test --filter SchemaTests and commit the file.")
    }
}
