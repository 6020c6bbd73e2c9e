// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "launch_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux_shim.h>
#include <signal.h>
#include <unistd.h>

int domb_begin_command(void)
{
    int fd;

    // What is opened later must not become one of the three.
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd < 0)
        return -errno;
    signal(SIGPIPE, SIG_IGN);
    return domb_close_from(3);
}

int domb_create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    return fd < 0 ? -errno : fd;
}

int domb_replace(int fd, const void *buffer, size_t count)
{
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return -errno;
    return domb_write(fd, buffer, count);
}
