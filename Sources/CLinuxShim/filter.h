// SPDX-License-Identifier: Apache-2.0
// How the lists of Linux calls that a process may make are written (Linux, Documentation/userspace-api/seccomp_filter.rst).
#ifndef DOMB_FILTER_H
#define DOMB_FILTER_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), RETURN(SECCOMP_RET_ALLOW)
// Only where the argument's bits under the mask have the value; otherwise what follows decides.
#define ALLOW_IF(call, argument, mask, value)                                                           \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 5), LOAD(args[argument]),                        \
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (uint32_t)(mask)),                                          \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, 1), RETURN(SECCOMP_RET_ALLOW), LOAD(nr)
// The letter of _IOC(): /dev/xen/privcmd has 'P', /dev/xen/evtchn 'E'.
#define ALLOW_DEVICE(letter) ALLOW_IF(ioctl, 1, 0xff00, (letter) << 8)
// Fails with that error; where the argument is another, what follows decides.
#define FAIL_IF(call, argument, value, error)                                                           \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), LOAD(args[argument]),                        \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, 1), RETURN(SECCOMP_RET_ERRNO | (error)), LOAD(nr)

// Gives up all capabilities but these, for every program that this process becomes, too.
int domb_drop_capabilities(unsigned kept);

#endif
