import CSeccomp
import Glibc

/// A running child and the socket to it. Used by one thread, the one that started it: the child dies with that thread.
final class WorkerProcess {
    let wire: WireSocket
    private let process: pid_t
    private var isReaped = false

    /// Starts the program and waits until it is ready.
    init(executable: String, limits: WorkerLimits) throws(AnalysisFailure) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .unavailable("no socket can be made") }
        let arguments = ["serve", String(getpid()), String(limits.addressSpace)]
        let (process, spawned) = Self.spawn(executable: executable, arguments: arguments, socket: ends[1])
        close(ends[1])
        guard spawned == 0 else {
            close(ends[0])
            throw .unavailable("the program cannot be started (error \(spawned))")
        }
        self.process = process
        wire = WireSocket(descriptor: ends[0])
        do throws(WireSocket.Ending) {
            let message = try wire.receive(limit: 0, deadline: MonotonicTime.after(seconds: 30))
            if message.kind == .ready { return }
        } catch {}
        let signal = end()
        throw .unavailable("the program does not answer" + (signal.map { " (signal \($0))" } ?? ""))
    }

    deinit {
        if !isReaped { end() }
    }

    /// Kills the child if it still lives, and answers the signal that ended it, if one did before that.
    @discardableResult
    func end() -> Int32? {
        guard !isReaped else { return nil }
        isReaped = true
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        close(wire.descriptor)
        let signal = status & 0x7F
        return signal == 0 ? nil : signal
    }

    /// Gives the child another `seconds` of processor time from now on, after which the kernel ends it.
    func allow(processorSeconds seconds: Int) {
        var clock = clockid_t()
        var used = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &used) == 0 else { return }
        _ = fb_set_processor_limit(process, UInt64(used.tv_sec + max(1, seconds) + 1))
    }

    /// Starts the program with nothing of this process but one socket; answers the process and 0, or the error.
    static func spawn(executable: String, arguments: [String], socket: Int32?) -> (pid_t, Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
        }
        if let socket { posix_spawn_file_actions_adddup2(&actions, socket, WorkerServer.socket) }
        _ = fb_close_from(&actions, socket == nil ? WorkerServer.socket : WorkerServer.socket + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own: an interrupt from the terminal reaches the parent, which ends its children in order.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var process: pid_t = 0
        let result = withCStrings([executable] + arguments) { arguments in
            withCStrings(environment()) { environment in
                posix_spawn(&process, executable, &actions, &attributes, arguments, environment)
            }
        }
        return (process, result)
    }

    /// Nothing of the parent's environment but where libraries are; one arena keeps the allocator's address space
    /// small.
    private static func environment() -> [String] {
        let path = getenv("LD_LIBRARY_PATH").map { "LD_LIBRARY_PATH=" + String(cString: $0) }
        return [path, "MALLOC_ARENA_MAX=1"].compactMap(\.self)
    }

    private static func withCStrings<Value>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the list ends with nil") }
            return body(base)
        }
    }
}
