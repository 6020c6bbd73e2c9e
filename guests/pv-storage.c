/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Init of a driver domain: puts /disk.img into a RAM disk that xen-blkback serves, says so in data/backend-ready of its
 * folder in xenstore, and serves the PV console of the domain
 * that its command line names with guest.console=DOMID. It finds ring and port where xenconsoled would, in xenstore, maps
 * the page by its reserved grant and repeats every line in its own log.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <xen/io/console.h>
#include <xen/io/xs_wire.h>

/* Linux, include/uapi/xen/gntdev.h and evtchn.h, which no package of Debian installs. */
struct map_grant_ref {
    uint32_t count;
    uint32_t pad;
    uint64_t index;
    struct {
        uint32_t domid;
        uint32_t ref;
    } refs[1];
};
#define MAP_GRANT_REF _IOC(_IOC_NONE, 'G', 0, 24)
struct bind_interdomain {
    unsigned int remote_domain, remote_port;
};
#define BIND_INTERDOMAIN _IOC(_IOC_NONE, 'E', 1, sizeof(struct bind_interdomain))
#define NOTIFY _IOC(_IOC_NONE, 'E', 4, sizeof(unsigned int))
/* GNTTAB_RESERVED_CONSOLE */
#define CONSOLE_GRANT 0

static long read_number(int store, const char *path)
{
    struct xsd_sockmsg header = { .type = XS_READ, .len = (uint32_t)strlen(path) + 1 };
    char value[64] = "";

    if (write(store, &header, sizeof header) != sizeof header || write(store, path, header.len) != header.len
        || read(store, &header, sizeof header) != sizeof header || header.len >= sizeof value
        || read(store, value, header.len) != (ssize_t)header.len || header.type == XS_ERROR)
        return -1;
    return strtol(value, NULL, 10);
}

/* A path without a slash in front is below the domain's own folder. */
static int write_node(const char *path, const char *value)
{
    struct xsd_sockmsg header = { .type = XS_WRITE, .len = (uint32_t)(strlen(path) + 1 + strlen(value)) };
    char answer[16];
    int store = open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC);
    int failed = store < 0 || write(store, &header, sizeof header) != sizeof header
                 || write(store, path, strlen(path) + 1) != (ssize_t)strlen(path) + 1
                 || write(store, value, strlen(value)) != (ssize_t)strlen(value)
                 || read(store, &header, sizeof header) != sizeof header || header.len > sizeof answer
                 || read(store, answer, header.len) != (ssize_t)header.len || header.type == XS_ERROR;

    close(store);
    return failed ? -1 : 0;
}

static volatile struct xencons_interface *map_ring(unsigned domid)
{
    struct map_grant_ref map = { .count = 1, .refs = { { .domid = domid, .ref = CONSOLE_GRANT } } };
    int device = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);

    if (device < 0 || ioctl(device, MAP_GRANT_REF, &map) != 0)
        return NULL;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, device, (off_t)map.index);
    return page == MAP_FAILED ? NULL : page;
}

/* Takes what is there; a line for each line. */
static void drain(int log, unsigned domid, volatile struct xencons_interface *ring)
{
    static char line[180];
    static size_t length;

    while (ring->out_cons != ring->out_prod) {
        __sync_synchronize();
        char next = ring->out[ring->out_cons % sizeof ring->out];
        ring->out_cons++;
        if (next == '\n' || length == sizeof line - 1) {
            line[length] = '\0';
            say(log, LEVEL "CONSOLE of domain %u: %s\n", domid, line);
            length = 0;
        } else if (next != '\r') {
            line[length++] = next;
        }
    }
    __sync_synchronize();
}

static _Noreturn void serve_console(int log, unsigned domid)
{
    char path[64];
    int store = open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC);
    int channel = open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC);
    volatile struct xencons_interface *ring = map_ring(domid);

    snprintf(path, sizeof path, "/local/domain/%u/console/port", domid);
    struct bind_interdomain bind = { .remote_domain = domid, .remote_port = (unsigned)read_number(store, path) };
    int port = ioctl(channel, BIND_INTERDOMAIN, &bind);
    if (ring == NULL || port < 0) {
        say(log, LEVEL "CONSOLE cannot be served: ring %p, port %u: %m\n", (void *)ring, bind.remote_port);
        _exit(1);
    }
    say(log, LEVEL "CONSOLE of domain %u is served\n", domid);
    for (;;) {
        unsigned pending;
        drain(log, domid, ring);
        ioctl(channel, NOTIFY, &port);
        if (read(channel, &pending, sizeof pending) == sizeof pending)
            (void)!write(channel, &pending, sizeof pending);
    }
}

static int fill_disk(void)
{
    int image = open("/disk.img", O_RDONLY | O_CLOEXEC), disk = open("/dev/ram0", O_WRONLY | O_CLOEXEC);
    ssize_t count;

    if (image < 0 || disk < 0)
        return -1;
    while ((count = sendfile(disk, image, NULL, 1 << 20)) > 0)
        ;
    return count < 0 || fsync(disk) != 0 ? -1 : 0;
}

int main(void)
{
    char command_line[1024];
    int log = begin(command_line, sizeof command_line);

    if (log < 0)
        return 1;
    say(log, LEVEL "LINUX alive pid=%d, a driver domain\n", (int)getpid());
    if (load_modules(log) != 0 || wait_for("/dev/ram0", 10) != 0 || fill_disk() != 0
        || write_node("data/backend-ready", "1") != 0) {
        say(log, LEVEL "LINUX has no disk to serve: %m\n");
        return 1;
    }
    const char *domid = strstr(command_line, "guest.console=");
    if (domid != NULL && fork() == 0)
        serve_console(log, (unsigned)strtoul(domid + strlen("guest.console="), NULL, 10));
    tick_for_ever(log);
}
