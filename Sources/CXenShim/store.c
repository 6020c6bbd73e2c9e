// SPDX-License-Identifier: Apache-2.0
#include "xen_shim.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

int domb_is_socket(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

struct xs_handle *domb_xs_open(uint64_t microseconds, int *socket_fd)
{
    struct timeval patience = { .tv_sec = (time_t)(microseconds / 1000000), .tv_usec = (suseconds_t)(microseconds % 1000000) };
    // libxenstore keeps its descriptor for itself. It is the first that it opens, and so the lowest that is free.
    int next = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct xs_handle *handle;

    *socket_fd = -1;
    if (next < 0)
        return NULL;
    close(next);
    handle = xs_open(0);
    // Through the kernel's device instead no time is set: a boot domain has none of another domain's xenstored.
    if (handle == NULL || !domb_is_socket(next))
        return handle;
    if (setsockopt(next, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(next, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) {
        int code = errno;

        xs_close(handle);
        errno = code;
        return NULL;
    }
    *socket_fd = next;
    return handle;
}
