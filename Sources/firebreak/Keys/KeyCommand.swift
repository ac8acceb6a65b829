import ArgumentParser
import Client
import Foundation

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keep API keys.",
        discussion: """
            EXAMPLES
              firebreak key create upload-form --scope submit
              firebreak key revoke key_01j…
            """,
        subcommands: [KeyList.self, KeyCreate.self, KeyRevoke.self])
}

/// What a key may do.
enum KeyScope: String, ExpressibleByArgument, CaseIterable {
    case submit, lookup
    case banksRead = "banks:read"
    case banksWrite = "banks:write"
    case banksApprove = "banks:approve"
    case metrics, admin
}

struct KeyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All keys, without their secrets.",
        discussion: """
            EXAMPLE
              firebreak key list
            """)

    @OptionGroup var server: ServerOptions
    @Flag(help: "One JSON document.") var json = false

    func run() async throws {
        let keys = try await server.call { try await $0.keys() }
        let terminal = Terminal.current
        if json { return terminal.print(try JSONLine.text(keys)) }
        var table = TextTable(["NAME", "STATE", "SCOPES", "CREATED", "EXPIRES", "ID"])
        for key in keys {
            table.add([
                .init(key.name, .bold), key.revokedAt == nil ? .init("usable", .green) : .init("revoked", .red),
                .init(key.scopes.joined(separator: ",")), .init(key.createdAt), .init(key.expiresAt ?? "never"),
                .init(key.id, .dim),
            ])
        }
        terminal.print(table.text(terminal))
    }
}

struct KeyCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key; its secret is shown once, here.",
        discussion: """
            Only the secret goes to standard output, so that it can go straight into a file.

            EXAMPLES
              firebreak key create upload-form --scope submit > upload-form.key
              firebreak key create reviewer --scope banks:read --scope banks:approve --expires 2027-01-31
            """)

    @Argument(help: "A name by which people know it.") var name: String
    @Option(help: "What it may do; may be repeated.") var scope: [KeyScope]
    @Option(help: ArgumentHelp("The last day, or the moment in UTC.", valueName: "date")) var expires: ExpiryDate?
    @OptionGroup var server: ServerOptions
    @Flag(help: "One JSON document.") var json = false

    func run() async throws {
        let key = try await server.call {
            try await $0.createKey(name: name, scopes: scope.map(\.rawValue), expiresAt: expires?.text)
        }
        let terminal = Terminal.current
        if json { return terminal.print(try JSONLine.text(key)) }
        guard let secret = key.secret else {
            throw CommandFailure.failed("The server made \(key.id) but sent no secret; revoke it and try again.")
        }
        terminal.complain("Made \(key.id) (\(Printable.text(key.name))). Its secret, which is not shown again:")
        terminal.print(secret)
    }
}

/// A day (its last second, UTC), or a moment as RFC 3339.
struct ExpiryDate: ExpressibleByArgument, Hashable {
    var text: String

    init?(argument: String) {
        let moment = argument.count == 10 ? argument + "T23:59:59Z" : argument
        guard (try? Date(moment, strategy: .iso8601)) != nil else { return nil }
        text = moment
    }
}

struct KeyRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a key at once and for good.",
        discussion: """
            EXAMPLE
              firebreak key revoke key_01j…
            """)

    @Argument(help: ArgumentHelp("Ids of keys.", valueName: "key-id")) var keys: [String]
    @OptionGroup var server: ServerOptions
    @Flag(help: "One JSON object a key, on a line.") var json = false

    func run() async throws {
        let terminal = Terminal.current
        try await server.call { client in
            for id in keys {
                let key = try await client.revokeKey(id)
                terminal.print(json ? try JSONLine.text(key) : "\(key.id)  revoked  \(Printable.text(key.name))")
            }
        }
    }
}
