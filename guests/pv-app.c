/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Init of a guest with a PV disk: loads what it needs to see the disk, mounts it and becomes the init that lies there.
 * Its words go to the PV console too, which is /dev/console.
 */
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define DISK "/dev/xvda"
#define ROOT "/root"

int main(void)
{
    char command_line[1024];
    int log = begin(command_line, sizeof command_line);

    if (log < 0)
        return 1;
    say(log, LEVEL "LINUX alive pid=%d, before its disk\n", (int)getpid());
    if (load_modules(log) != 0)
        return 1;
    if (wait_for(DISK, 60) != 0) {
        say(log, LEVEL "LINUX there is no " DISK "\n");
        return 1;
    }
    if (mount(DISK, ROOT, "ext2", MS_RDONLY, NULL) != 0 || mount("/dev", ROOT "/dev", NULL, MS_MOVE, NULL) != 0
        || chroot(ROOT) != 0 || chdir("/") != 0) {
        say(log, LEVEL "LINUX cannot use the disk: %m\n");
        return 1;
    }
    execl("/sbin/init", "/sbin/init", NULL);
    say(log, LEVEL "LINUX cannot run the disk's init: %m\n");
    return 1;
}
