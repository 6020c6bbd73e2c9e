/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands for xenstored in a scenario whose LCM names it by its digest. It tells what it has been left with, and then makes a
 * call that xenstored has no use for; or, built with SILENT, it listens and never answers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void look(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);

    printf("stand-in: %s: %s\n", path, fd < 0 ? strerrorname_np(errno) : "opened");
    fflush(stdout);
    if (fd >= 0)
        close(fd);
}

static int listens(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/var/run/xenstored/socket" };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0;
}

int main(void)
{
    look("/dev/tpm0", O_RDWR);
    look("/dev/console", O_RDWR);
    look("/proc/1/mem", O_RDWR);
    look("/domb-init", O_RDONLY);
    look("/dev/xen/gntdev", O_RDWR);
#ifdef SILENT
    printf("stand-in: %s\n", listens() ? "listens, and never answers" : strerrorname_np(errno));
    fflush(stdout);
    for (;;) {
        char byte;

        /* Of a descriptor that was never written to. */
        int ends[2];
        if (pipe(ends) != 0 || read(ends[0], &byte, 1) != 1)
            return 1;
    }
#else
    (void)listens;
    printf("stand-in: another family of sockets\n");
    fflush(stdout);
    socket(AF_INET, SOCK_STREAM, 0);
    printf("stand-in: WORKED\n");
    fflush(stdout);
    return 0;
#endif
}
