import Foundation
import Storage
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The engines that every store test runs on.
enum TestEngine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgres

    var testDescription: String { rawValue }

    /// A place where a database can be opened, any number of times at once.
    func newPlace() async throws -> TestPlace {
        switch self {
        case .sqlite: try TestPlace(sqliteDirectory: TestPlace.newDirectory())
        case .postgres: TestPlace(postgres: try await PostgresServer.shared().newSchema())
        }
    }

    /// Runs a body on a new database that has the schema of this version.
    func withDatabase(_ body: (any Database) async throws -> Void) async throws {
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
struct TestPlace: Sendable {
    private enum Target: Sendable {
        case sqlite(directory: String)
        case postgres(String)
    }

    private let target: Target

    init(sqliteDirectory: String) {
        target = .sqlite(directory: sqliteDirectory)
    }

    init(postgres: String) {
        target = .postgres(postgres)
    }

    func open() throws -> any Database {
        switch target {
        case .sqlite(let directory): try SQLiteDatabase(path: "\(directory)/test.db")
        case .postgres(let connection): try PostgresDatabase(connection)
        }
    }

    func remove() {
        if case .sqlite(let directory) = target { try? FileManager.default.removeItem(atPath: directory) }
    }

    static func newDirectory() throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("firebreak-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory.path
    }
}

/// A random generator whose seed a failing test prints (SplitMix64; Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
