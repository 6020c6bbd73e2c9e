/* SPDX-License-Identifier: Apache-2.0 */
/* PID 1's filter of Linux calls, with one attempt under it: filter NAME. For rig/tests/test_filter.py. */
#include "confine.c"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

static void *work(void *argument)
{
    return argument;
}

static int thread(void)
{
    pthread_t one;

    return pthread_create(&one, NULL, work, NULL) != 0 || pthread_join(one, NULL) != 0;
}

static int attempt(const char *name)
{
    struct timespec rest = { 0 };

    if (strcmp(name, "thread") == 0)
        return thread();
    if (strcmp(name, "sleep") == 0)
        return nanosleep(&rest, NULL) != 0;
    if (strcmp(name, "open") == 0)
        return open("/proc/self/status", O_RDONLY) < 0;
    if (strcmp(name, "socket") == 0)
        return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
    if (strcmp(name, "create") == 0)
        return open("/tmp", O_TMPFILE | O_RDWR, 0600) < 0;
    if (strcmp(name, "inet") == 0)
        return socket(AF_INET, SOCK_STREAM, 0) < 0;
    if (strcmp(name, "executable") == 0)
        return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
    if (strcmp(name, "fork") == 0)
        return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0;
    if (strcmp(name, "exec") == 0)
        return execl("/bin/true", "true", NULL);
    if (strcmp(name, "mount") == 0)
        return mount("proc", "/proc", "proc", 0, NULL) != 0;
    if (strcmp(name, "kexec") == 0)
        return (int)syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL) != 0;
    if (strcmp(name, "handler") == 0)
        return signal(SIGSYS, SIG_IGN) == SIG_ERR;
    if (strcmp(name, "typing") == 0)
        return ioctl(0, TIOCSTI, "x") != 0;
    return 2;
}

int main(int argc, char **argv)
{
    if (argc != 2 || set_filter() != 0)
        return 3;
    return attempt(argv[1]);
}
