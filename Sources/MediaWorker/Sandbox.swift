import CSeccomp
import Glibc

/// The walls around a child: limits of the kernel, no new privileges, and a list of system calls.
///
/// After `close` the process can read descriptors that it has, take memory, start threads and speak on its one socket.
/// It cannot open a file, reach a network, start a program or another process, or signal one. A library that looks for
/// a file is told that access is denied; anything else that is not listed kills the process.
public enum Sandbox {
    public enum SetupError: Error { case limits, privileges, filter }

    /// Closes the sandbox for the calling process, for good.
    ///
    /// `addressSpace` is in bytes; `socket` is the only descriptor that messages may be sent or received on.
    public static func close(addressSpace: Int, socket: Int32) throws(SetupError) {
        let limits: [(Int32, UInt64)] = [
            (FB_RLIMIT_AS, UInt64(max(0, addressSpace))), (FB_RLIMIT_CORE, 0), (FB_RLIMIT_NOFILE, 16),
            (FB_RLIMIT_FSIZE, 0),
        ]
        for (resource, value) in limits where fb_set_limit(resource, value, value) != 0 { throw .limits }
        guard fb_no_new_privileges() == 0, fb_not_dumpable() == 0 else { throw .privileges }
        guard let filter = seccomp_init(FB_SECCOMP_KILL) else { throw .filter }
        defer { seccomp_release(filter) }
        var isComplete = true
        for name in allowed { isComplete = add(filter, FB_SECCOMP_ALLOW, name) && isComplete }
        for name in denied { isComplete = add(filter, fb_seccomp_errno(UInt16(EACCES)), name) && isComplete }
        for name in absent { isComplete = add(filter, fb_seccomp_errno(UInt16(ENOSYS)), name) && isComplete }
        for rule in conditional(socket: socket) {
            isComplete = add(filter, FB_SECCOMP_ALLOW, rule.call, rule.condition) && isComplete
        }
        guard isComplete, seccomp_load(filter) == 0 else { throw .filter }
    }

    private static let allowed = [
        "read", "pread64", "readv", "lseek", "close", "fstat", "newfstatat", "munmap", "mremap", "madvise", "brk",
        "futex",
        "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "getrusage", "times", "exit",
        "exit_group", "rt_sigreturn", "rt_sigprocmask", "rt_sigaction", "sigaltstack", "getpid", "gettid",
        "sched_yield",
        "sched_getaffinity", "poll", "ppoll", "set_robust_list", "rseq", "getrandom", "restart_syscall", "membarrier",
        "sysinfo", "uname", "write",
    ]

    /// Looked for by libraries that can do without.
    private static let denied = [
        "open", "openat", "openat2", "access", "faccessat", "faccessat2", "stat", "lstat", "statx", "readlink",
        "readlinkat",
        "getcwd", "ioctl", "prlimit64", "getrlimit", "sched_setaffinity", "sched_getscheduler", "sched_getparam",
        "sched_setscheduler", "prctl", "fcntl", "mlock", "getcpu",
    ]

    /// The C library falls back from this to `clone`, whose flags can be looked at.
    private static let absent = ["clone3"]

    private static func conditional(socket: Int32) -> [(call: String, condition: scmp_arg_cmp)] {
        let process = scmp_datum_t(UInt32(bitPattern: getpid()))
        let threadFlags = scmp_datum_t(FB_CLONE_THREAD | FB_CLONE_VM)
        let executable = scmp_datum_t(UInt32(PROT_EXEC))
        func masked(_ argument: UInt32, _ mask: scmp_datum_t, _ value: scmp_datum_t) -> scmp_arg_cmp {
            scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
        }
        func equal(_ argument: UInt32, _ value: scmp_datum_t) -> scmp_arg_cmp {
            scmp_arg_cmp(arg: argument, op: SCMP_CMP_EQ, datum_a: value, datum_b: 0)
        }
        return [
            ("clone", masked(0, threadFlags, threadFlags)), ("mmap", masked(2, executable, 0)),
            ("mprotect", masked(2, executable, 0)), ("tgkill", equal(0, process)),
            ("sendmsg", equal(0, scmp_datum_t(UInt32(bitPattern: socket)))),
            ("recvmsg", equal(0, scmp_datum_t(UInt32(bitPattern: socket)))),
        ]
    }

    /// Adds a rule; a call that this kind of machine does not have needs none.
    private static func add(
        _ filter: scmp_filter_ctx, _ action: UInt32, _ name: String, _ condition: scmp_arg_cmp? = nil
    ) -> Bool {
        let number = seccomp_syscall_resolve_name(name)
        guard number != __NR_SCMP_ERROR, number >= 0 else { return true }
        guard let condition else { return seccomp_rule_add_array(filter, action, number, 0, nil) == 0 }
        return withUnsafePointer(to: condition) { seccomp_rule_add_array(filter, action, number, 1, $0) == 0 }
    }
}
