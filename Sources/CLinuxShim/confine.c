// SPDX-License-Identifier: Apache-2.0
// What PID 1 gives up once it is set up: mounts, capabilities, and every Linux call that is not in the list below.
#define _GNU_SOURCE
#include "filter.h"
#include "linux_shim.h"

#include <linux/capability.h>
#include <linux/reboot.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static struct sock_filter program[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    // Xen: hypercalls and foreign maps.
    ALLOW_DEVICE('P'),
    ALLOW_DEVICE('E'),
    // No memory that can be run.
    ALLOW_IF(mmap, 2, PROT_EXEC, 0),
    ALLOW_IF(mprotect, 2, PROT_EXEC, 0),
    ALLOW(munmap),
    ALLOW(mremap),
    ALLOW(madvise),
    ALLOW(brk),
    // The TPM, the tables, /proc/self/status, the console, xenstored's socket. No file is made.
    ALLOW_IF(openat, 2, O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY), 0),
    ALLOW(read),
    ALLOW(write),
    ALLOW(lseek),
    ALLOW(close),
    ALLOW(close_range),
    ALLOW(newfstatat),
    ALLOW(fcntl),
    ALLOW(getdents64),
    ALLOW(poll),
    ALLOW_IF(ioctl, 1, ~0u, TCSBRK),
    ALLOW_IF(socket, 0, ~0u, AF_UNIX),
    ALLOW(connect),
    // How long it waits for xenstored: SO_RCVTIMEO and SO_SNDTIMEO.
    ALLOW_IF(setsockopt, 2, ~1u, SO_RCVTIMEO),
    ALLOW(sendmsg),
    // Time, threads (never a process), and the end.
    ALLOW(clock_gettime),
    ALLOW(clock_nanosleep),
    ALLOW(restart_syscall),
    ALLOW(pause),
    ALLOW(getpid),
    ALLOW(futex),
    ALLOW_IF(clone, 0, CLONE_THREAD, CLONE_THREAD),
    // The C library's own two signals, of which it hears with its first thread.
    ALLOW_IF(rt_sigaction, 0, ~1u, 32),
    ALLOW(set_robust_list),
    ALLOW(rseq),
    ALLOW(rt_sigprocmask),
    ALLOW(rt_sigreturn),
    ALLOW(sched_getaffinity),
    ALLOW(exit),
    ALLOW(exit_group),
    ALLOW_IF(reboot, 2, ~0u, LINUX_REBOOT_CMD_POWER_OFF),
    ALLOW_IF(reboot, 2, ~0u, LINUX_REBOOT_CMD_RESTART),
    // Its flags are in memory, where a filter cannot look: the C library then makes its threads by clone.
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
    RETURN(SECCOMP_RET_ERRNO | ENOSYS),
    RETURN(SECCOMP_RET_TRAP),
};

// Somebody else directs this program, or it has a call that the list lacks: in both cases it ends here, and PID 1's end is
// the kernel's. Nothing is unpaused by it (I6).
static void stop(int signal, siginfo_t *information, void *context)
{
    char text[] = "domb: stopped: Linux call 0000 is not allowed\n";
    unsigned number = (unsigned)information->si_syscall;

    (void)signal, (void)context;
    for (char *digit = text + sizeof "domb: stopped: Linux call 000" - 1; number > 0 && *digit == '0'; digit--) {
        *digit = (char)('0' + number % 10);
        number /= 10;
    }
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(1);
}

int domb_drop_capabilities(unsigned kept)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = { { .effective = kept, .permitted = kept } };

    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            return -1;
    return (int)syscall(SYS_capset, &header, data);
}

static int set_filter(void)
{
    struct sigaction action = { .sa_sigaction = stop, .sa_flags = SA_SIGINFO };
    struct sock_fprog filter = { .len = sizeof program / sizeof *program, .filter = program };

    if (sigaction(SIGSYS, &action, NULL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
        return -1;
    return 0;
}

int domb_confine(bool apart)
{
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

    if (apart && unshare(CLONE_NEWNS) != 0)
        return -1;
    // /dev stays: the TPM and /dev/xen/evtchn are opened when they are first needed.
    if (umount2("/sys", MNT_DETACH) != 0 || mount(NULL, "/proc", NULL, flags, NULL) != 0)
        return -1;
    // Switching off, and libxencall's locked buffers. Files are opened as their owner.
    return domb_drop_capabilities(1u << CAP_SYS_BOOT | 1u << CAP_IPC_LOCK) != 0 ? -1 : set_filter();
}
