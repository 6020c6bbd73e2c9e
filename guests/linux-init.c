/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Init of the Linux PVH guest: says that it is alive, shows the event log that it was given where its command line has
 * guest.log=ADDRESS+SIZE (the LCM's domb,log-region), and counts seconds. It writes to the kernel's log because a domU
 * without a console backend has no terminal; earlyprintk=xen,keep takes the log to Xen's.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

/* An alert: shown under `quiet` too. */
#define LEVEL "<1>"

static int read_command_line(char *text, size_t size)
{
    int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    ssize_t count = read(file, text, size - 1);
    close(file);
    if (count < 0)
        return -1;
    text[count] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return 0;
}

/* One write for a record. Not dprintf: it seeks first, and /dev/kmsg refuses that. */
__attribute__((format(printf, 2, 3))) static void say(int log, const char *format, ...)
{
    char text[960];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length <= 0 || (size_t)length >= sizeof text)
        return;
    ssize_t written = write(log, text, (size_t)length);
    (void)written; /* There is nobody else to tell. */
}

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
    struct timespec next;

    if (mount("dev", "/dev", "devtmpfs", MS_NOSUID, NULL) != 0 || mount("proc", "/proc", "proc", MS_NOSUID, NULL) != 0)
        return 1;
    int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    if (log < 0 || read_command_line(command_line, sizeof command_line) != 0)
        return 1;

    say(log, LEVEL "LINUX alive pid=%d %.800s\n", (int)getpid(), command_line);
    if (strstr(command_line, "guest.shutdown") != NULL)
        reboot(RB_POWER_OFF);
    const char *place = strstr(command_line, "guest.log=");
    if (place != NULL)
        show_log(log, place + strlen("guest.log="));
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned tick = 1;; tick++) {
        next.tv_sec++;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0)
            ;
        say(log, LEVEL "LINUX tick %u\n", tick);
    }
}
