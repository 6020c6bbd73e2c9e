// SPDX-License-Identifier: Apache-2.0
// What domb-launch needs of the C library and PID 1 does not.
#ifndef DOMB_LAUNCH_SHIM_H
#define DOMB_LAUNCH_SHIM_H

// Descriptors 0 to 2 are open, no other is, and a pipe that nobody reads is no end. -1 with errno on failure.
int domb_begin_command(void);

#endif
