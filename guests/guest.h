/* SPDX-License-Identifier: Apache-2.0 */
/* What the inits of the rig's Linux guests share. */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>

/* An alert: shown under `quiet` too. */
#define LEVEL "<1>"

/* Mounts /dev and /proc, opens the kernel's log and reads the command line. The log's descriptor, or -1. */
int begin(char *command_line, size_t size);
/* One record of the kernel's log, and a line of the serial port where the command line has guest.port=ADDRESS. */
__attribute__((format(printf, 2, 3))) void say(int log, const char *format, ...);
/* Every kernel module in /modules, in the order of their names. Tells of each that cannot be loaded; how many those are. */
int load_modules(int log);
/* Waits until the file is there, at most so many seconds. 0, or -1. */
int wait_for(const char *path, int seconds);
/* Counts seconds. */
_Noreturn void tick_for_ever(int log);

#endif
