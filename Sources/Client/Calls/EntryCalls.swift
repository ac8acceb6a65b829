import Foundation

/// What is in a bank. Banks are named by their ids here.
extension FirebreakClient {
    /// All entries of a bank, oldest first, without their fingerprints.
    public func entries(of bank: String) async throws -> [EntryDocument] {
        try await all("/v1/banks/\(PathPart.encoded(bank))/entries")
    }

    /// One entry with its fingerprints.
    public func entry(_ id: String, in bank: String) async throws -> EntryDocument {
        try await call(Exchange(method: .get, path: path(bank, id)))
    }

    /// Adds a file's fingerprints to a bank; the server keeps no copy of the file.
    public func addEntry(file: UploadFile, to bank: String, _ remarks: EntryRemarks) async throws -> EntryDocument {
        var fields: [(name: String, value: String)] = []
        if !remarks.labels.isEmpty { fields.append(("labels", remarks.labels.joined(separator: ","))) }
        if let note = remarks.note { fields.append(("note", note)) }
        if let reference = remarks.reference { fields.append(("reference", reference)) }
        return try await call(
            Exchange(
                method: .post, path: "/v1/banks/\(PathPart.encoded(bank))/entries",
                body: .form(form(fields, file)), isRepeatable: true, timeout: Exchange.patient))
    }

    /// Adds a thing by its fingerprints. `duration` is in seconds.
    public func addEntry(
        _ fingerprints: [FingerprintValue], duration: Double?, to bank: String, _ remarks: EntryRemarks
    ) async throws -> EntryDocument {
        let creation = EntryCreation(
            fingerprints: fingerprints, duration: duration, labels: remarks.labels, note: remarks.note,
            reference: remarks.reference)
        return try await call(
            Exchange(
                method: .post, path: "/v1/banks/\(PathPart.encoded(bank))/entries", body: .json(try json(creation)),
                isRepeatable: true))
    }

    /// Approves what another key proposed.
    public func approveEntry(_ id: String, in bank: String) async throws -> EntryDocument {
        try await call(Exchange(method: .post, path: path(bank, id) + "/approve"))
    }

    /// Takes an entry out of effect for the time being.
    public func suspendEntry(_ id: String, in bank: String, reason: String) async throws -> EntryDocument {
        try await call(
            Exchange(method: .post, path: path(bank, id) + "/suspend", body: .json(try json(["reason": reason]))))
    }

    /// Puts a suspended entry back into effect.
    public func resumeEntry(_ id: String, in bank: String) async throws -> EntryDocument {
        try await call(Exchange(method: .post, path: path(bank, id) + "/resume"))
    }

    /// Withdraws an entry for good.
    public func retractEntry(_ id: String, in bank: String, reason: String) async throws -> EntryDocument {
        try await call(
            Exchange(method: .post, path: path(bank, id) + "/retract", body: .json(try json(["reason": reason]))))
    }

    private func path(_ bank: String, _ entry: String) -> String {
        "/v1/banks/\(PathPart.encoded(bank))/entries/\(PathPart.encoded(entry))"
    }

    func form(_ fields: [(name: String, value: String)], _ file: UploadFile) -> MultipartForm {
        MultipartForm(fields: fields, file: file, boundary: "firebreak-\(newKey())")
    }
}

private struct EntryCreation: Codable {
    var fingerprints: [FingerprintValue]
    var duration: Double?
    var labels: [String]
    var note: String?
    var reference: String?
}
