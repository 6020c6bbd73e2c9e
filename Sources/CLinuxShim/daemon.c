// SPDX-License-Identifier: Apache-2.0
// Programs that run beside PID 1.
#define _GNU_SOURCE
#include "linux_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int domb_spawn(int fd, const char *name, const char *argument)
{
    char *const arguments[] = { (char *)name, (char *)argument, NULL };
    char *const environment[] = { NULL };
    // Not fork: its handlers would bring glibc's name services into a static program.
    pid_t child = vfork();

    if (child == 0) {
        syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
        _exit(127);
    }
    return child < 0 ? -errno : child;
}

int domb_has_ended(int process)
{
    pid_t ended = waitpid(process, NULL, WNOHANG);

    return ended < 0 ? -errno : ended != 0;
}

int domb_make_folder(const char *path)
{
    return mkdir(path, 0755) != 0 && errno != EEXIST ? -errno : 0;
}

int domb_remove(const char *path)
{
    return unlink(path) != 0 && errno != ENOENT ? -errno : 0;
}

int domb_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int result = 0;
    int fd;

    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        result = -errno;
    close(fd);
    return result;
}
