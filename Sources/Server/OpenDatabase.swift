import Moderation
import Storage

/// Opens the database that the configuration names.
struct OpenDatabase {
    let configuration: ServerConfiguration
    let directory: DataDirectory

    init(_ configuration: ServerConfiguration, _ directory: DataDirectory) {
        self.configuration = configuration
        self.directory = directory
    }

    func open() throws -> any Database {
        guard let url = configuration.database else { return try SQLiteDatabase(path: directory.database) }
        return try PostgresDatabase(url)
    }
}
