// SPDX-License-Identifier: Apache-2.0
// The Linux calls that PID 1 makes. Embedded Swift has no Glibc module, and Swift cannot read errno safely:
// every function here returns a value >= 0, or -errno at once. Interrupted calls are made again.
#ifndef DOMB_LINUX_SHIM_H
#define DOMB_LINUX_SHIM_H

#include <stddef.h>
#include <stdint.h>

// Makes the folder if it is missing and mounts a kernel file system on it; one that is mounted already is fine.
int domb_mount(const char *type, const char *target);

// Opens for reading, close-on-exec. Does not wait for the other end of a pipe.
int domb_open(const char *path);
int domb_close(int fd);
// 1 if the descriptor is open, 0 if it is not.
int domb_is_open(int fd);
int64_t domb_read(int fd, void *buffer, size_t count);
int64_t domb_file_size(int fd);
int domb_rewind(int fd);
// Writes all of the buffer.
int domb_write(int fd, const void *buffer, size_t count);
// Waits until a terminal has sent what was written to it.
int domb_drain(int fd);

enum domb_entry_kind { DOMB_FILES, DOMB_FOLDERS, DOMB_LINKS };
// Lists the entries of one kind, each name followed by a zero byte. Returns the bytes used; -ENOBUFS if they do not fit.
int64_t domb_list(const char *path, enum domb_entry_kind kind, void *buffer, size_t capacity);

// finit_module; a module that is loaded already is fine.
int domb_load_module(int fd);

// Opens /dev/console as descriptors 0, 1 and 2.
int domb_open_console(void);

// Microseconds of the monotonic clock.
uint64_t domb_monotonic_microseconds(void);
void domb_sleep_microseconds(uint64_t microseconds);
// The largest resident set of this program so far, in KiB. Not getrusage: its figure outlives an exec.
int64_t domb_peak_memory(void);

int domb_process_id(void);

// Replaces this process by the program that the descriptor holds, with no arguments but its name.
int domb_execute(int fd, const char *name);
// Runs the program that the descriptor holds as a process of its own, with one argument; returns its id.
int domb_spawn(int fd, const char *name, const char *argument);
// 1 if the child has ended, 0 if it runs.
int domb_has_ended(int process);
// Fine if it is there.
int domb_make_folder(const char *path);
// Removes a file; fine if it is not there.
int domb_remove(const char *path);
// Whether somebody listens at a socket of the file system: 0, or -errno.
int domb_connect(const char *path);
// Closes every descriptor from the first one up.
int domb_close_from(int first);

// Gives up what PID 1 does not need once it is set up. There is no way back, not by exec either.
int domb_confine(void);
// For a program that is not PID 1.
_Noreturn void domb_exit(int status);

enum domb_power { DOMB_POWER_OFF, DOMB_REBOOT };
// Syncs nothing: there is nothing on disk. Returns only if Linux refuses.
int domb_power(enum domb_power kind);
// Sleeps until the end of the machine.
_Noreturn void domb_sleep_for_ever(void);

// Copies the GNU build id of this program; returns its size, or 0 if it has none.
size_t domb_build_id(void *buffer, size_t capacity);

#endif
