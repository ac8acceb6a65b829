import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One request and its answer.
struct Exchange: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// For what moves whole files.
    static let patient: Duration = .seconds(6 * 3600)

    var method: Method
    var path: String
    var query: [(String, String)] = []
    var body: ExchangeBody = .none
    /// Whether sending it twice does what sending it once does.
    var isRepeatable = false
    var headers: [(String, String)] = []
    /// How long the whole answer may take.
    var timeout: Duration = .seconds(90)
}

enum ExchangeBody: Sendable {
    case none
    case json(Data)
    case form(MultipartForm)
    case file(UploadFile, contentType: String)
}

/// What came back: the head, and a body to be read once.
struct ExchangeAnswer: Sendable {
    var status: Int
    var body: HTTPClientResponse.Body
    var url: String
}

extension FirebreakClient {
    private static let answerLimit = 256 << 20
    private static let attempts = 4

    /// Sends a request and decodes the JSON that comes back.
    func call<Value: Decodable>(_ exchange: Exchange, as type: Value.Type = Value.self) async throws -> Value {
        try await callWithStatus(exchange, as: type).value
    }

    func callWithStatus<Value: Decodable>(
        _ exchange: Exchange, as type: Value.Type = Value.self
    ) async throws -> (status: Int, value: Value) {
        let answer = try await send(exchange)
        let data = try await collect(answer)
        do {
            return (answer.status, try JSONDecoder().decode(Value.self, from: data))
        } catch {
            throw ClientError.unexpected(url: answer.url, reason: "it is not the JSON that was expected")
        }
    }

    /// Sends a request, again after a pause where that is harmless and the connection broke off or the server was not ready.
    ///
    /// Answers other than 2xx are thrown as `ClientError.problem`.
    func send(_ exchange: Exchange) async throws -> ExchangeAnswer {
        var exchange = exchange
        if exchange.isRepeatable, exchange.method == .post {
            exchange.headers.append(("Idempotency-Key", newKey()))
        }
        let isRepeatable = exchange.isRepeatable || exchange.method == .get
        var attempt = 1
        while true {
            do {
                return try await sendOnce(exchange)
            } catch let error as ClientError where isRepeatable && attempt < Self.attempts && error.isPassing {
                try await Task.sleep(for: .milliseconds(250 << attempt))
                attempt += 1
            }
        }
    }

    private func sendOnce(_ exchange: Exchange) async throws -> ExchangeAnswer {
        let url = address(exchange)
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: exchange.method.rawValue)
        request.headers.add(name: "Accept", value: "application/json, application/problem+json")
        request.headers.add(name: "User-Agent", value: "firebreak")
        if let key = endpoint.key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        for (name, value) in exchange.headers { request.headers.add(name: name, value: value) }
        switch exchange.body {
        case .none: break
        case .json(let data):
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: data))
        case .form(let form):
            request.headers.add(name: "Content-Type", value: form.contentType)
            request.body = .stream(form.pieces, length: .known(form.length))
        case .file(let file, let contentType):
            request.headers.add(name: "Content-Type", value: contentType)
            request.body = .stream(FilePieces(file: file), length: .known(file.length))
        }
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: TimeAmount(exchange.timeout))
        } catch {
            throw Self.translated(error, url: url)
        }
        let answer = ExchangeAnswer(status: Int(response.status.code), body: response.body, url: url)
        guard (200..<300).contains(answer.status) else {
            let data = try await collect(answer)
            if let problem = try? JSONDecoder().decode(ClientError.Problem.self, from: data) {
                throw ClientError.problem(problem)
            }
            throw ClientError.problem(
                ClientError.Problem(
                    status: answer.status, code: "http_\(answer.status)",
                    detail: "\(url) answered with status \(answer.status)."))
        }
        return answer
    }

    func collect(_ answer: ExchangeAnswer) async throws -> Data {
        do {
            let buffer = try await answer.body.collect(upTo: Self.answerLimit)
            return Data(buffer.readableBytesView)
        } catch {
            throw Self.translated(error, url: answer.url)
        }
    }

    private func address(_ exchange: Exchange) -> String {
        var base = endpoint.url.absoluteString
        while base.hasSuffix("/") { base.removeLast() }
        guard !exchange.query.isEmpty else { return base + exchange.path }
        let pairs = exchange.query.map { name, value in "\(name)=\(PathPart.encoded(value))" }
        return base + exchange.path + "?" + pairs.joined(separator: "&")
    }

    private static func translated(_ error: any Error, url: String) -> any Error {
        switch error {
        case let error as ClientError: error
        case is CancellationError: error
        case let error as HTTPClientError where error == .cancelled: CancellationError()
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            ClientError.unreachable(url: url, reason: "it took too long")
        case let error as HTTPClientError where error == .connectTimeout:
            ClientError.unreachable(url: url, reason: "no connection within 5 s")
        case let error as any CustomStringConvertible & Error:
            ClientError.unreachable(url: url, reason: reason(error.description))
        default: ClientError.unreachable(url: url, reason: reason("\(error)"))
        }
    }

    private static func reason(_ text: String) -> String {
        if text.contains("ECONNREFUSED") || text.lowercased().contains("connection refused") {
            return "the connection was refused"
        }
        if text.contains("remoteConnectionClosed") || text.contains("ECONNRESET") || text.contains("EPIPE") {
            return ClientError.closedConnection
        }
        return String(text.prefix(160)).replacing("\n", with: " ")
    }
}

extension ClientError {
    static let closedConnection = "the connection was closed"

    /// Whether the same request may succeed a moment later.
    var isPassing: Bool {
        switch self {
        case .unreachable(_, let reason): reason == Self.closedConnection
        case .problem(let problem): problem.status == 503
        case .unusable, .file, .unexpected: false
        }
    }
}

/// Text as it stands in a path or a query.
enum PathPart {
    private static let allowed = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }
}
