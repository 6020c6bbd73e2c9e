// SPDX-License-Identifier: Apache-2.0
#include "unreached.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xentoollog.h>

static void tell(const char *text)
{
    // PID 1 is about to die: nothing is to be done about a console that takes nothing.
    (void)!write(STDERR_FILENO, text, strlen(text));
}

// The C library's looks for a translation of its message.
_Noreturn void __assert_fail(const char *assertion, const char *file, unsigned int line, const char *function)
{
    (void)line, (void)function;
    tell(file);
    tell(": assertion failed: ");
    tell(assertion);
    tell("\n");
    abort();
}

// For libxenctrl's messages, which DomB's logger drops; it has the numbers themselves.
char *strerror(int code)
{
    static char text[] = "error";

    (void)code;
    return text;
}

// libxenctrl makes a logger of its own where it is given none.
xentoollog_logger_stdiostream *xtl_createlogger_stdiostream(FILE *file, xentoollog_level least, unsigned int flags)
{
    (void)file, (void)least, (void)flags;
    return NULL;
}

// libtss2-tcti-device has the sockets of the other transports in it.
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    (void)node, (void)service, (void)hints, (void)result;
    return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *result)
{
    (void)result;
}
