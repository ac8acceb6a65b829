import Foundation
public import Storage

/// The engines that every test of what is stored runs on.
public enum TestEngine: String, CaseIterable, Sendable {
    case sqlite, postgres

    /// A place where a database can be opened, any number of times at once.
    public func newPlace() async throws -> TestPlace {
        switch self {
        case .sqlite: try TestPlace(sqliteDirectory: TestPlace.newDirectory())
        case .postgres: TestPlace(postgres: try await PostgresServer.shared().newSchema())
        }
    }

    /// Runs a body on a new database that has the schema of this version.
    public func withDatabase(_ body: (any Database) async throws -> Void) async throws {
        let place = try await newPlace()
        let database = try place.open()
        try await Migrator().run(database, now: 0)
        do {
            try await body(database)
        } catch {
            await database.close()
            place.remove()
            throw error
        }
        await database.close()
        place.remove()
    }
}

/// Where a test's database is.
public struct TestPlace: Sendable {
    private enum Target: Sendable {
        case sqlite(directory: String)
        case postgres(String)
    }

    private let target: Target

    public init(sqliteDirectory: String) {
        target = .sqlite(directory: sqliteDirectory)
    }

    public init(postgres: String) {
        target = .postgres(postgres)
    }

    public func open() throws -> any Database {
        switch target {
        case .sqlite(let directory): try SQLiteDatabase(path: "\(directory)/test.db")
        case .postgres(let connection): try PostgresDatabase(connection)
        }
    }

    public func remove() {
        if case .sqlite(let directory) = target { try? FileManager.default.removeItem(atPath: directory) }
    }

    public static func newDirectory() throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("firebreak-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory.path
    }
}
