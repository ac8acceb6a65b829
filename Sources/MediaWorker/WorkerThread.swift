import Glibc

// SAFETY: the closure is retained for the thread when it is made and released by it; nobody else holds that reference.

/// A thread of the operating system, for waiting that would block a thread of the concurrency pool.
enum WorkerThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread that nobody joins; answers whether there is one.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let reference = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, reference.toOpaque())
        guard result == 0 else {
            reference.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
