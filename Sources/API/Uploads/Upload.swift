import Hummingbird
import Moderation
import Operations

/// A file that arrived, with the small fields beside it. Never whole in memory: the file goes to the spool piece by piece.
struct Upload {
    var file: SpooledFile
    var fields: [String: String]

    private static let fieldLimit = 65_536

    /// Receives `multipart/form-data` with one part named `file`, or any other body as the file itself.
    ///
    /// `known` lists the names of the other parts. `keeping` says whether the file must outlive this process.
    static func receive(
        _ request: Request, into spool: Spool, keeping: Spool.Keeping, known: Set<String>, limit: Int
    ) async throws -> Upload {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit + 2 * fieldLimit {
            throw tooLarge(limit)
        }
        let type = request.headers[.contentType] ?? ""
        if HeaderParameters(type).value == "multipart/form-data" {
            return try await receiveParts(request, type, spool, keeping, known, limit)
        }
        let writer = try spool.create(keeping)
        do {
            for try await piece in request.body {
                guard writer.count + piece.readableBytes <= limit else { throw tooLarge(limit) }
                try piece.withUnsafeReadableBytes { try writer.append($0) }
            }
            return Upload(file: try await writer.finish(), fields: [:])
        } catch {
            writer.discard()
            throw error
        }
    }

    private static func receiveParts(
        _ request: Request, _ type: String, _ spool: Spool, _ keeping: Spool.Keeping, _ known: Set<String>, _ limit: Int
    ) async throws -> Upload {
        var reader = try MultipartReader(contentType: type)
        var parts = Parts(known: known, limit: limit)
        do {
            for try await piece in request.body {
                try reader.take(piece) { event in
                    switch event {
                    case .begin(let head):
                        try parts.begin(head) { try spool.create(keeping) }
                    case .bytes(let bytes): try parts.take(bytes)
                    case .end: try parts.end()
                    }
                }
            }
            try reader.finish()
            guard let writer = parts.writer else {
                throw Refusal(.invalid, code: "missing_file", "The form has no part named “file”.")
            }
            return Upload(file: try await writer.finish(), fields: parts.fields)
        } catch {
            parts.writer?.discard()
            throw error
        }
    }

    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(.tooLarge, code: "too_large", "The file is over the limit of \(limit) bytes.")
    }

    /// What has come of a form so far.
    private struct Parts {
        let known: Set<String>
        let limit: Int
        var writer: SpoolWriter?
        var fields: [String: String] = [:]
        private var current = ""
        private var value: [UInt8] = []

        init(known: Set<String>, limit: Int) {
            self.known = known
            self.limit = limit
        }

        mutating func begin(_ head: MultipartReader.Head, _ create: () throws -> SpoolWriter) throws {
            current = head.name
            if current == "file" {
                guard writer == nil else {
                    throw Refusal(.invalid, code: "repeated_field", "The form has two parts named “file”.")
                }
                writer = try create()
            } else {
                guard known.contains(current) else {
                    let names = (known.union(["file"])).sorted().joined(separator: ", ")
                    throw Refusal(
                        .invalid, code: "unknown_field",
                        "There is no field “\(current.prefix(64))” here; known: \(names).")
                }
                guard fields[current] == nil else {
                    throw Refusal(.invalid, code: "repeated_field", "The form has two parts named “\(current)”.")
                }
                value = []
            }
        }

        mutating func take(_ bytes: UnsafeRawBufferPointer) throws {
            if current == "file" {
                guard let writer, writer.count + bytes.count <= limit else { throw Upload.tooLarge(limit) }
                try writer.append(bytes)
            } else {
                guard value.count + bytes.count <= Upload.fieldLimit else {
                    throw Refusal(.tooLarge, code: "too_large", "The field “\(current)” is too long.")
                }
                value.append(contentsOf: bytes)
            }
        }

        mutating func end() throws {
            guard current != "file" else { return }
            guard let text = String(validating: value, as: UTF8.self) else {
                throw Refusal(.invalid, code: "invalid_field", "The field “\(current)” is not UTF-8 text.")
            }
            fields[current] = text
        }
    }
}
