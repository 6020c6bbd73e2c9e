/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Init of the Linux PVH guest: says that it is alive, shows the event log that it was given where its command line has
 * guest.log=ADDRESS+SIZE (the LCM's domb,log-region), and counts seconds. It writes to the kernel's log because a domU
 * without a console backend has no terminal; earlyprintk=xen,keep takes the log to Xen's.
 */
#include "guest.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <unistd.h>

/* What an attester would do: takes the log from its own memory. docs/lcm.md has the layout. */
static void show_log(int log, const char *words)
{
    /* Xen cuts a line of a guest to about 200 characters. */
    enum { HEADER = 16, CHUNK = 64 };
    char *rest;
    off_t address = (off_t)strtoull(words, &rest, 0);
    size_t size = *rest == '+' ? strtoull(rest + 1, NULL, 0) : 0;
    uint64_t length = 0;
    int memory = open("/dev/mem", O_RDONLY | O_CLOEXEC);
    const uint8_t *region = size < HEADER ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_SHARED, memory, address);

    if (memory < 0 || region == MAP_FAILED) {
        say(log, LEVEL "LINUX log: cannot map %s\n", words);
        return;
    }
    memcpy(&length, region + 8, sizeof length);
    if (memcmp(region, "DOMB LOG", 8) != 0 || length > size - HEADER) {
        say(log, LEVEL "LINUX log: none\n");
        return;
    }
    for (uint64_t place = 0; place < length; place += CHUNK) {
        char hex[2 * CHUNK + 1] = "";
        for (uint64_t i = 0; i < CHUNK && place + i < length; i++)
            sprintf(hex + 2 * i, "%02x", region[HEADER + place + i]);
        say(log, LEVEL "LINUX log: %s\n", hex);
    }
    say(log, LEVEL "LINUX log: end %llu\n", (unsigned long long)length);
}

int main(void)
{
    char command_line[1024];
    int log = begin(command_line, sizeof command_line);

    if (log < 0)
        return 1;

    say(log, LEVEL "LINUX alive pid=%d %.800s\n", (int)getpid(), command_line);
    if (strstr(command_line, "guest.shutdown") != NULL)
        reboot(RB_POWER_OFF);
    const char *place = strstr(command_line, "guest.log=");
    if (place != NULL)
        show_log(log, place + strlen("guest.log="));
    tick_for_ever(log);
}
