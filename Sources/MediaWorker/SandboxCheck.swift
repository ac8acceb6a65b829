import Glibc

/// Whether the sandbox refused one thing that it must refuse, as tried by a real child on this machine.
public struct SandboxCheck: Hashable, Sendable {
    /// What a child tries once its sandbox is closed.
    public enum Attempt: String, Hashable, Sendable, CaseIterable {
        /// Nothing: shows that a sandbox can be closed here at all.
        case none
        /// To open a file.
        case open
        /// To make a network socket.
        case socket
        /// To start a program.
        case execute
        /// To signal another process.
        case signal
        /// To take memory that can be run as code.
        case memory
    }

    public enum Outcome: Hashable, Sendable {
        /// The kernel answered with an error, or (for `none`) nothing was tried.
        case refused
        /// The kernel ended the child.
        case killed
        /// The thing worked: the sandbox does not hold.
        case allowed
        /// No sandbox could be closed, or the program could not be started.
        case unavailable
    }

    public var attempt: Attempt
    public var outcome: Outcome

    public var isSound: Bool {
        switch outcome {
        case .refused: true
        case .killed: attempt != .none
        case .allowed, .unavailable: false
        }
    }

    /// Tries everything, each in a child of its own. Takes some tens of milliseconds for each.
    public static func all(executable: String) async -> [SandboxCheck] {
        await withCheckedContinuation { continuation in
            let isStarted = WorkerThread.start {
                continuation.resume(
                    returning: Attempt.allCases.map { SandboxCheck(attempt: $0, outcome: outcome(of: $0, executable)) })
            }
            if !isStarted {
                continuation.resume(
                    returning: Attempt.allCases.map { SandboxCheck(attempt: $0, outcome: .unavailable) })
            }
        }
    }

    private static func outcome(of attempt: Attempt, _ executable: String) -> Outcome {
        let (process, result) = WorkerProcess.spawn(
            executable: executable, arguments: ["self-test", attempt.rawValue], socket: nil)
        guard result == 0 else { return .unavailable }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        guard status & 0x7F == 0 else { return status & 0x7F == SIGSYS ? .killed : .unavailable }
        return switch status >> 8 & 0xFF {
        case 0: .refused
        case 1: .allowed
        default: .unavailable
        }
    }
}
