// SPDX-License-Identifier: Apache-2.0
#define _DEFAULT_SOURCE
#include "construct_shim.h"

#include <linux_shim.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>

int domb_spawn_store(int fd, const char *name, const char *argument, const char *root)
{
    // Not fork: its handlers would bring glibc's name services into a static program.
    pid_t child = vfork();

    if (child == 0) {
        if (domb_confine_store(root) == 0)
            domb_execute(fd, name, argument);
        _exit(127);
    }
    return child;
}

int domb_copy_device(const char *path, const char *copy)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return -1;
    // rdev of whatever is no device would be 0.
    if (!S_ISCHR(status.st_mode)) {
        errno = ENODEV;
        return -1;
    }
    return mknod(copy, S_IFCHR | 0600, status.st_rdev);
}

int domb_ended(int process)
{
    int status = 0;

    return waitpid(process, &status, WNOHANG) == process ? status | 0x10000 : 0;
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
