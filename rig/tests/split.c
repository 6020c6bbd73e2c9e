/* SPDX-License-Identifier: Apache-2.0 */
/* The launch's own process beside PID 1: split NAME. For rig/tests/test_split.py. */
#include "linux_shim.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void *work(void *argument)
{
    return argument;
}

static int launch(const char *name, int end)
{
    pthread_t thread;

    if (domb_confine(true) != 0)
        return 3;
    if (strcmp(name, "thread") == 0 &&
        (pthread_create(&thread, NULL, work, NULL) != 0 || pthread_join(thread, NULL) != 0))
        return 4;
    if (strcmp(name, "exec") == 0)
        execl("/bin/true", "true", NULL);
    return write(end, "done", 4) == 4 ? 0 : 5;
}

int main(int argc, char **argv)
{
    char report[16] = "";
    int status = -1, end = -1, child = argc == 2 ? domb_split(&end) : -1;
    ssize_t count;

    if (child < 0)
        return 3;
    if (child == 0)
        _exit(launch(argv[1], end));
    // To the end of the pipe, as PID 1 reads it.
    count = read(end, report, sizeof report - 1);
    if (count < 0 || read(end, report + count, 1) != 0 || waitpid(child, &status, 0) != child)
        return 3;
    printf("%s %x %s\n", report, (unsigned)status, access("/sys/kernel", F_OK) == 0 ? "sys" : "nothing");
    return 0;
}
