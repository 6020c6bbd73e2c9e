// SPDX-License-Identifier: Apache-2.0
// What the construct stage does of Linux that PID 1 does not: it starts xenstored. As in linux_shim.h: -1 with errno.
#ifndef DOMB_CONSTRUCT_SHIM_H
#define DOMB_CONSTRUCT_SHIM_H

// Runs the program that the descriptor holds, confined as xenstored is, as a process of its own with one argument; returns
// its id.
int domb_spawn_store(int fd, const char *name, const char *argument, const char *root);
// Makes a node of the device that another node is of, for its owner alone.
int domb_copy_device(const char *path, const char *copy);
// Whether the process has ended: 0 while it has not, else its status.
int domb_ended(int process);
// Connects to a socket of the file system, to see whether somebody listens.
int domb_connect(const char *path);

#endif
