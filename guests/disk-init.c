/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The init on the PV disk: speaks on the PV console and on the kernel's log, and counts seconds.
 */
#include "guest.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* There, up, and with a carrier once the other end is connected. */
static int interface_runs(int control, struct ifreq *request)
{
    if (ioctl(control, SIOCGIFFLAGS, request) != 0)
        return 0;
    if (request->ifr_flags & IFF_RUNNING)
        return 1;
    request->ifr_flags |= IFF_UP;
    ioctl(control, SIOCSIFFLAGS, request);
    return 0;
}

static void show_interface(int log)
{
    struct ifreq request = { .ifr_name = "eth0" };
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const unsigned char *address = (const unsigned char *)request.ifr_hwaddr.sa_data;

    for (int tries = 0; tries < 300; tries++) {
        if (interface_runs(control, &request) && ioctl(control, SIOCGIFHWADDR, &request) == 0) {
            say(log, LEVEL "LINUX eth0 runs: %02x:%02x:%02x:%02x:%02x:%02x\n", address[0], address[1], address[2],
                address[3], address[4], address[5]);
            return;
        }
        usleep(100000);
    }
    say(log, LEVEL "LINUX eth0 does not run: %m\n");
}

int main(void)
{
    int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    int console = open("/dev/hvc0", O_WRONLY | O_CLOEXEC);

    if (log < 0)
        return 1;
    say(log, LEVEL "LINUX init of the disk, pid=%d\n", (int)getpid());
    if (console < 0 || dprintf(console, "spoken through the PV console\n") < 0)
        say(log, LEVEL "LINUX has no PV console: %m\n");
    show_interface(log);
    tick_for_ever(log);
}
