// SPDX-License-Identifier: Apache-2.0
// The C library, for Swift to call (Embedded Swift has no Glibc module), and what of it Swift cannot express. Each function
// gives a value >= 0, or -1 with errno. No call is made again: the one signal that has a handler ends the program.
#ifndef DOMB_LINUX_SHIM_H
#define DOMB_LINUX_SHIM_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// Why the last call failed.
static inline int domb_last_error(void)
{
    return errno;
}

// A file that is made is for its owner alone.
int domb_open(const char *path, int flags);
// Lists the entries of one type (DT_REG and so on), each name followed by a zero byte. Returns the bytes used; ENOBUFS if
// they do not fit.
ssize_t domb_list(const char *path, unsigned char type, void *buffer, size_t capacity);

int domb_finit_module(int fd);
// Replaces this process by the program that the descriptor holds. Its arguments are its name, and one more if that is not NULL.
int domb_execute(int fd, const char *name, const char *argument);
// Closes every descriptor from the first one up.
int domb_close_from(int first);

// This program in two processes, with a pipe between: 0 in the new one, whose *end is the pipe's for writing; its number in
// the old one, whose *end is for reading.
int domb_split(int *end);

// Gives up what PID 1 does not need once it is set up. There is no way back, not by exec either. apart: the mounts of other
// processes stay as they are.
int domb_confine(bool apart);
// The same for xenstored, before it is run: the folder becomes its root, no capability is left, and a call outside of its
// list ends it. For a process that is to become it.
int domb_confine_store(const char *root);

// Copies the GNU build id of this program; returns its size, or 0 if it has none.
size_t domb_build_id(void *buffer, size_t capacity);

#endif
