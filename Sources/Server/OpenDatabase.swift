import Moderation
import Storage

/// Opens the database that the configuration names.
struct OpenDatabase {
    let configuration: ServerConfiguration
    let paths: DataPaths

    init(_ configuration: ServerConfiguration, _ paths: DataPaths) {
        self.configuration = configuration
        self.paths = paths
    }

    func open() throws -> any Database {
        guard let url = configuration.database else { return try SQLiteDatabase(path: paths.database) }
        return try PostgresDatabase(url)
    }
}
