// SPDX-License-Identifier: Apache-2.0
// What xenstored may do: guests speak to it while others are still to be unpaused.
#define _GNU_SOURCE
#include "filter.h"
#include "linux_shim.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

// _IOC(): 'P' is privcmd. Hypercalls, and what libxenforeignmemory tries to learn how old the driver is.
#define HYPERCALL 0x305000
#define UNIMPLEMENTED 0x50ff
// libxendevicemodel asks whether there is such a thing; it does without.
#define DEVICE_MODEL 0x105005

// Found in Xen 4.20's sources and by the rig. Everything is opened by its name below the folder that is its root.
static struct sock_filter program[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    // Rings and events of the domains that it serves.
    ALLOW_DEVICE('G'),
    ALLOW_DEVICE('E'),
    // Who is there: xc_domain_getinfo_single. No foreign page is mapped.
    ALLOW_IF(ioctl, 1, ~0u, HYPERCALL),
    ALLOW_IF(ioctl, 1, ~0u, UNIMPLEMENTED),
    FAIL_IF(ioctl, 1, DEVICE_MODEL, ENOTTY),
    // Whether its output is a terminal.
    ALLOW_IF(ioctl, 1, ~0u, TCGETS),
    ALLOW(poll),
    ALLOW(read),
    ALLOW(write),
    ALLOW_IF(mmap, 2, PROT_EXEC, 0),
    ALLOW_IF(mprotect, 2, PROT_EXEC, 0),
    ALLOW(munmap),
    ALLOW(mremap),
    ALLOW(madvise),
    ALLOW(brk),
    ALLOW_IF(openat, 2, O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY), 0),
    ALLOW(close),
    ALLOW(fcntl),
    ALLOW(fstat),
    ALLOW(newfstatat),
    ALLOW(lseek),
    // Its socket.
    ALLOW_IF(socket, 0, ~0u, AF_UNIX),
    ALLOW(bind),
    ALLOW(chmod),
    ALLOW(listen),
    ALLOW(accept),
    ALLOW(connect),
    ALLOW(mkdir),
    ALLOW(unlink),
    ALLOW(pipe),
    ALLOW(pipe2),
    ALLOW(clock_gettime),
    ALLOW(gettimeofday),
    ALLOW(time),
    ALLOW(rt_sigaction),
    ALLOW(rt_sigprocmask),
    ALLOW(rt_sigreturn),
    ALLOW(restart_syscall),
    ALLOW(exit),
    ALLOW(exit_group),
    // The C library's beginning; and the program itself, which has no file to run but the one that it was given.
    ALLOW_IF(execveat, 4, ~0u, AT_EMPTY_PATH),
    ALLOW(arch_prctl),
    ALLOW(set_tid_address),
    ALLOW(set_robust_list),
    ALLOW(rseq),
    ALLOW(getrandom),
    ALLOW(getpid),
    ALLOW(readlink),
    ALLOW(readlinkat),
    ALLOW(uname),
    ALLOW_IF(prlimit64, 2, ~0u, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
};

int domb_confine_store(const char *root)
{
    struct sock_fprog filter = { .len = sizeof program / sizeof *program, .filter = program };

    // Nothing that the caller has open goes with it, but the console.
    if (syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) != 0 || chroot(root) != 0 || chdir("/") != 0 ||
        domb_drop_capabilities(0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}
