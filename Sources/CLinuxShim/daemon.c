// SPDX-License-Identifier: Apache-2.0
// Programs that run beside PID 1, or instead of it.
#define _GNU_SOURCE
#include "linux_shim.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

int domb_execute(int fd, const char *name, const char *argument)
{
    char *const arguments[] = { (char *)name, (char *)argument, NULL };
    char *const environment[] = { NULL };

    return (int)syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
}

int domb_spawn(int fd, const char *name, const char *argument)
{
    // Not fork: its handlers would bring glibc's name services into a static program.
    pid_t child = vfork();

    if (child == 0) {
        domb_execute(fd, name, argument);
        _exit(127);
    }
    return child;
}

int domb_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int result, code;
    int fd;

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    result = connect(fd, (struct sockaddr *)&address, sizeof address);
    code = errno;
    close(fd);
    errno = code;
    return result;
}
