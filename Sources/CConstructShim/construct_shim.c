// SPDX-License-Identifier: Apache-2.0
#define _DEFAULT_SOURCE
#include "construct_shim.h"

#include <linux_shim.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

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
