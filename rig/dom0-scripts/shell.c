/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands at /domb-init where domb-construct has built the domains and gives way: a dom0 without a toolstack, in which the
 * command domb-launch then runs. The construct stage can hand over to a program alone, not to a script.
 */
#include <unistd.h>

int main(void)
{
    execl("/bin/busybox", "sh", "/shell.sh", (char *)NULL);
    return 1;
}
