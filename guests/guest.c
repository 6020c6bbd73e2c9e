/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guest.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

/* A PV domain's kernel has no console where nobody serves the ring: what is said goes to a serial port as well. */
static int ports = -1;
static off_t port;

static void open_port(const char *words)
{
    if (words == NULL)
        return;
    port = (off_t)strtoull(words + strlen("guest.port="), NULL, 0);
    ports = open("/dev/port", O_WRONLY | O_CLOEXEC);
}

static void send(const char *text)
{
    for (; ports >= 0 && *text != '\0'; text++) {
        ssize_t written = pwrite(ports, text, 1, port);
        (void)written;
    }
}

/* One write for a record. Not dprintf: it seeks first, and /dev/kmsg refuses that. */
void say(int log, const char *format, ...)
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
    send(text[0] == '<' ? text + strlen(LEVEL) : text);
}

int begin(char *command_line, size_t size)
{
    if (mount("dev", "/dev", "devtmpfs", MS_NOSUID, NULL) != 0 || mount("proc", "/proc", "proc", MS_NOSUID, NULL) != 0)
        return -1;
    int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    if (log < 0 || read_command_line(command_line, size) != 0)
        return -1;
    open_port(strstr(command_line, "guest.port="));
    return log;
}

static int is_module(const struct dirent *entry)
{
    return strstr(entry->d_name, ".ko") != NULL;
}

int load_modules(int log)
{
    struct dirent **entries;
    int count = scandir("/modules", &entries, is_module, alphasort);
    int failed = 0;

    for (int i = 0; i < count; i++) {
        char path[300];
        snprintf(path, sizeof path, "/modules/%s", entries[i]->d_name);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0) {
            say(log, LEVEL "LINUX cannot load %s: %m\n", path);
            failed++;
        }
        close(file);
    }
    return count < 0 ? 1 : failed;
}

int wait_for(const char *path, int seconds)
{
    static const struct timespec pause = { .tv_nsec = 50000000 };

    for (int tries = 20 * seconds; tries > 0; tries--) {
        if (access(path, F_OK) == 0)
            return 0;
        nanosleep(&pause, NULL);
    }
    return -1;
}

_Noreturn void tick_for_ever(int log)
{
    struct timespec next;

    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned tick = 1;; tick++) {
        next.tv_sec++;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0)
            ;
        say(log, LEVEL "LINUX tick %u\n", tick);
    }
}
