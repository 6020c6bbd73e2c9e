/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next init of the rig's exec and classic handoffs: says what it was given (its process id, the descriptors that
 * are open, whether Xen and the TPM can be had) and stays.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* More than a process of this rig could have open. */
#define DESCRIPTORS 1024

int main(void)
{
    char open_descriptors[8192] = "";
    int length = 0;

    for (int number = 0; number < DESCRIPTORS; number++)
        if (fcntl(number, F_GETFD) != -1 && length < (int)sizeof open_descriptors - 8)
            length += sprintf(open_descriptors + length, "%s%d", length ? "," : "", number);

    printf("NEXT-INIT pid=%d fds=%s\n", (int)getpid(), open_descriptors);
    /* A TPM that the one before still held would be busy. */
    int tpm = open("/dev/tpm0", O_RDWR | O_CLOEXEC);
    printf("NEXT-INIT tpm0=%s\n", tpm >= 0 ? "free" : "not to be had");
    if (tpm >= 0)
        close(tpm);
    fflush(stdout);
    for (;;)
        pause();
}
