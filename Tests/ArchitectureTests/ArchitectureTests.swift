import Testing

@Suite("The architecture")
struct ArchitectureTests {
    @Test("The working tree keeps to its plan")
    func plan() throws {
        let architecture = try Checkout.architecture()
        #expect(architecture.targets.contains { $0.name == "Storage" })
        #expect(architecture.files.contains { $0.path == "Sources/Storage/Database.swift" })
        #expect(architecture.violations == [])
    }

    @Test("Every outside module that has a home is still imported there")
    func homes() throws {
        let imported = Set(try Checkout.architecture().files.filter(\.isProduct).flatMap(\.imports))
        #expect(Set(Home.of.keys).subtracting(imported) == [])
    }
}
