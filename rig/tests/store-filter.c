/* SPDX-License-Identifier: Apache-2.0 */
/* A program confined as xenstored is: store-filter ROOT PROGRAM. For rig/tests/test_filter.py. */
#define _GNU_SOURCE
#include <linux_shim.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int fd = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0 || domb_confine_store(argv[1]) != 0)
        perror("store-filter");
    else
        domb_execute(fd, argv[2], "-N");
    return 125;
}
