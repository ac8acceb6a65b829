import Foundation
import Storage

/// Measures durable submissions and reads: `SpeedStorage [sqlite:PATH | postgres:CONNECTION] [WRITERS] [SECONDS]`.
///
/// A submission is what accepting fingerprints writes: an idempotency key, an account, content, three fingerprints, a
/// leased job, and two audit events; one transaction, durable when it returns. Every wall-clock figure depends on the
/// disk: say the machine and the commit beside it.
let arguments = CommandLine.arguments.dropFirst()
let target = arguments.first ?? "sqlite:speed-storage.db"
let writers = arguments.dropFirst().first.flatMap { Int($0) } ?? 32
let seconds = arguments.dropFirst(2).first.flatMap { Double($0) } ?? 5

let database: any Database =
    if target.hasPrefix("postgres:") {
        try PostgresDatabase(String(target.dropFirst("postgres:".count)))
    } else {
        try SQLiteDatabase(path: String(target.dropFirst("sqlite:".count)))
    }
try await Migrator().run(database, now: 0)
let run = UUID().uuidString.prefix(8)
try await Submission.prepare(database, run: String(run))

let submitted = try await Load.run(writers: writers, seconds: seconds) { number in
    try await Submission(run: String(run), number: number).write(to: database)
}
submitted.report("Storage:Submit:\(writers) writers")

let alone = try await Load.run(writers: 1, seconds: min(seconds, 2)) { number in
    try await Submission(run: "\(run)a", number: number).write(to: database)
}
alone.report("Storage:Submit:1 writer")

for readers in [1, 8] {
    let read = try await Load.run(writers: readers, seconds: min(seconds, 2)) { number in
        let id = Submission(run: String(run), number: number % max(1, submitted.count)).id
        let rows = try await database.read { connection in
            try connection.query("SELECT id, state, verdict FROM content WHERE id = ?", [.text(id)])
        }
        precondition(rows.count == 1)
    }
    read.report("Storage:Read:\(readers) readers")
}
await database.close()
