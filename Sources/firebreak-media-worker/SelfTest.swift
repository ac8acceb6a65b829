import Glibc
import MediaWorker

/// Closes the sandbox, tries one thing that it must refuse, and ends with 0 where it was refused by an error.
///
/// Refused by a kill is as good: the caller sees the signal. Ends with 1 where the thing worked.
func selfTest(_ attempt: String) -> Never {
    do {
        try Sandbox.close(addressSpace: WorkerLimits().addressSpace, socket: WorkerServer.socket)
    } catch {
        exit(3)
    }
    switch attempt {
    case "none": exit(0)
    case "open": exit(open("/etc/hostname", O_RDONLY) >= 0 ? 1 : 0)
    case "socket": exit(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0 ? 1 : 0)
    case "execute":
        var child: pid_t = 0
        exit(posix_spawn(&child, "/bin/true", nil, nil, [nil], [nil]) == 0 ? 1 : 0)
    case "signal": exit(kill(getppid(), 0) == 0 ? 1 : 0)
    case "memory":
        let size = 1 << 16
        exit(
            mmap(nil, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                ? 0 : 1)
    default: exit(2)
    }
}
