import ArgumentParser
import Client
import MediaWorker
import Moderation

/// Why a command ends before its work is done.
struct CommandFailure: Error, Hashable {
    enum Kind: Hashable {
        /// The caller gave something that cannot be used.
        case badInput
        case failed
    }

    var kind: Kind
    /// One line: what, which file or id, what to do.
    var message: String

    static func badInput(_ message: String) -> CommandFailure { CommandFailure(kind: .badInput, message: message) }
    static func failed(_ message: String) -> CommandFailure { CommandFailure(kind: .failed, message: message) }
}

/// How a process ends.
struct Ending: Hashable {
    var code: Int32
    var output = ""
    var complaint = ""

    /// Done, and the answer is "matched" or "not healthy".
    static let matched = ExitCode(1)
    static let badInput = ExitCode(2)
    static let failed = ExitCode(3)

    init(_ error: any Error) {
        switch error {
        case let code as ExitCode:
            self.code = code.rawValue
        case let failure as CommandFailure:
            code = failure.kind == .badInput ? 2 : 3
            complaint = "firebreak: \(failure.message)"
        case let error as ClientError:
            code = Self.code(of: error)
            complaint = "firebreak: \(error.message)"
        case let failure as AnalysisFailure:
            code = 3
            complaint = "firebreak: \(failure.message) (\(failure.code))"
        case let refusal as Refusal:
            code = refusal.kind == .invalid ? 2 : 3
            complaint = "firebreak: \(refusal.message) (\(refusal.code))"
        case is CancellationError:
            code = 3
            complaint = "firebreak: stopped before the end."
        default:
            let status = Firebreak.exitCode(for: error)
            let message = Firebreak.fullMessage(for: error)
            if status.isSuccess {
                code = 0
                output = message
            } else if status == .validationFailure {
                code = 2
                complaint = message
            } else {
                code = 3
                complaint = "firebreak: \(Printable.line("\(error)"))"
            }
        }
    }

    private static func code(of error: ClientError) -> Int32 {
        switch error {
        case .unusable, .file: return 2
        case .unreachable, .unexpected: return 3
        case .problem(let problem): return [400, 404, 413, 415, 422].contains(problem.status) ? 2 : 3
        }
    }

    func tell(_ terminal: Terminal) {
        if !output.isEmpty { terminal.print(output) }
        if !complaint.isEmpty { terminal.complain(complaint) }
    }
}
