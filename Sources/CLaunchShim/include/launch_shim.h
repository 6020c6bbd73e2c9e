// SPDX-License-Identifier: Apache-2.0
// The Linux calls that domb-launch makes and PID 1 does not. As in linux_shim.h: a value >= 0, or -errno.
#ifndef DOMB_LAUNCH_SHIM_H
#define DOMB_LAUNCH_SHIM_H

#include <stddef.h>

// Descriptors 0 to 2 are open, no other is, and a pipe that nobody reads is no end.
int domb_begin_command(void);
// Makes a file for writing, close-on-exec, for its owner alone; one that is there already is -EEXIST.
int domb_create(const char *path);
// The buffer instead of what is in the file.
int domb_replace(int fd, const void *buffer, size_t count);

#endif
