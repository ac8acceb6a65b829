import CSeccomp
import Glibc

/// The child's side: answers one request after another until the parent goes away.
public struct WorkerServer {
    /// The descriptor that the parent puts the socket on.
    public static let socket: Int32 = 3

    /// Asks the kernel to end this process with its parent. Answers `false` where the parent is gone already.
    public static func dieWithParent(_ parent: Int32) -> Bool {
        fb_die_with_parent() == 0 && getppid() == parent
    }

    /// Says that the child is ready and answers requests with `analyse`, which gets a descriptor that is open during
    /// the call.
    ///
    /// Returns when the parent closes the socket or sends what is not a request.
    public static func serve(
        analyse: (_ descriptor: Int32, _ request: AnalysisRequest) -> Result<Analysis, AnalysisFailure>
    ) {
        let wire = WireSocket(descriptor: socket)
        guard wire.send(.ready, []) else { return }
        while let message = try? wire.receive(limit: AnalysisRequest.budget) {
            guard let descriptor = message.descriptor else { return }
            defer { close(descriptor) }
            guard message.kind == .request, let request = try? AnalysisRequest(message.payload) else { return }
            guard wire.send(.answer, AnalysisAnswer.encode(analyse(descriptor, request))) else { return }
        }
    }
}
