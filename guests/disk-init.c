/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The init on the PV disk: speaks on the PV console and on the kernel's log, and counts seconds.
 */
#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    int console = open("/dev/hvc0", O_WRONLY | O_CLOEXEC);

    if (log < 0)
        return 1;
    say(log, LEVEL "LINUX init of the disk, pid=%d\n", (int)getpid());
    if (console < 0 || dprintf(console, "spoken through the PV console\n") < 0)
        say(log, LEVEL "LINUX has no PV console: %m\n");
    tick_for_ever(log);
}
