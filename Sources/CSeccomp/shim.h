#pragma once
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// prctl takes variable arguments, the control-message accessors and the actions are macros: none of them imports.

static inline int fb_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }
static inline int fb_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int fb_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline uint32_t fb_seccomp_errno(uint16_t code) { return SCMP_ACT_ERRNO(code); }
static const uint32_t FB_SECCOMP_ALLOW = SCMP_ACT_ALLOW;
static const uint32_t FB_SECCOMP_KILL = SCMP_ACT_KILL_PROCESS;

// Extensions of the C library that its headers hide from the importer.
int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

static inline int fb_pipe(int *ends) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK); }
static inline int fb_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

// Of clone(2); the C library hides them from the importer.
static const uint32_t FB_CLONE_VM = 0x00000100;
static const uint32_t FB_CLONE_THREAD = 0x00010000;

static inline int fb_set_limit(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {soft, hard};
    return setrlimit((__rlimit_resource_t)resource, &limit);
}
static inline int fb_set_processor_limit(pid_t pid, uint64_t soft) {
    struct rlimit limit = {soft, RLIM_INFINITY};
    return prlimit(pid, RLIMIT_CPU, &limit, NULL);
}
static const int FB_RLIMIT_AS = RLIMIT_AS;
static const int FB_RLIMIT_CORE = RLIMIT_CORE;
static const int FB_RLIMIT_NOFILE = RLIMIT_NOFILE;
static const int FB_RLIMIT_FSIZE = RLIMIT_FSIZE;

// Sends bytes and, where `descriptor` is not negative, that descriptor with the first of them. As sendmsg(2).
static inline ssize_t fb_send(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {(void *)bytes, count};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

// Receives bytes and at most one descriptor, which becomes -1 where none came. As recvmsg(2); further descriptors are
// refused by the size of the buffer and closed by the kernel.
static inline ssize_t fb_receive(int socket, void *bytes, size_t count, int *descriptor) {
    struct iovec part = {bytes, count};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    *descriptor = -1;
    ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (result < 0) return result;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
            && header->cmsg_len >= CMSG_LEN(sizeof(int))) {
            memcpy(descriptor, CMSG_DATA(header), sizeof(int));
        }
    }
    return result;
}
