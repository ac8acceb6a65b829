import Foundation
import HTTPTypes
import Hummingbird
import Moderation

/// JSON that comes in. Its type lists its keys, and others are refused: a misspelt setting is never silently dropped.
protocol WireInput: Decodable {
    associatedtype Keys: CodingKey & CaseIterable
}

/// Decodes an object and refuses keys that its type does not list.
struct Strict<Value: WireInput>: Decodable {
    var value: Value

    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: AnyKey.self).allKeys
        for key in keys where Value.Keys(stringValue: key.stringValue) == nil {
            let known = Value.Keys.allCases.map(\.stringValue).sorted().joined(separator: ", ")
            throw Refusal(
                .invalid, code: "unknown_field",
                "There is no field “\(key.stringValue.prefix(64))” here; known: \(known).")
        }
        value = try Value(from: decoder)
    }
}

private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A JSON body's bytes with their digest for the idempotency key.
struct JSONBody {
    /// Fingerprints of a ten-hour video are about four million bytes.
    static let limit = 16 << 20

    var bytes: ByteBuffer

    init(_ request: Request) async throws {
        let type = request.headers[.contentType]?.split(separator: ";").first.map(String.init) ?? ""
        guard type.lowercased() == "application/json" else {
            throw Refusal(.unsupported, code: "unsupported_media_type", "Send “Content-Type: application/json”.")
        }
        var collected = ByteBuffer()
        for try await var piece in request.body {
            guard collected.readableBytes + piece.readableBytes <= Self.limit else {
                throw Refusal(.tooLarge, code: "too_large", "The body is over the limit of \(Self.limit) bytes.")
            }
            if collected.readableBytes == 0 { collected = piece } else { collected.writeBuffer(&piece) }
        }
        bytes = collected
    }

    func decode<Value: WireInput>(_ type: Value.Type = Value.self) throws -> Value {
        do {
            let data = bytes.withUnsafeReadableBytes { Data($0) }
            return try JSONDecoder().decode(Strict<Value>.self, from: data).value
        } catch let error as DecodingError {
            throw Refusal(error)
        }
    }
}

extension Refusal {
    /// A body that is not the JSON that was asked for.
    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(
                .invalid, code: "missing_field", "The field “\(Self.path(context.codingPath + [key]))” is missing.")
        case .typeMismatch(_, let context) where context.codingPath.isEmpty:
            self.init(.invalid, code: "invalid_json", "The body is not a JSON object.")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            self.init(
                .invalid, code: "invalid_field",
                "The field “\(Self.path(context.codingPath))” has a value of the wrong type.")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            self.init(
                .invalid, code: "invalid_field",
                "The field “\(Self.path(context.codingPath))” is not valid: \(context.debugDescription.prefix(200))")
        default: self.init(.invalid, code: "invalid_json", "The body is not valid JSON.")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
            .replacingOccurrences(of: ".[", with: "[")
    }
}
