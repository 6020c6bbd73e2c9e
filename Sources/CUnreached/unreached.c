// SPDX-License-Identifier: Apache-2.0
#include "unreached.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xentoollog.h>

static void tell(const char *text)
{
    // PID 1 is about to die: nothing is to be done about a console that takes nothing.
    (void)!write(STDERR_FILENO, text, strlen(text));
}

char *__strerror_r(int code, char *buffer, size_t size);
void __ctype_init(void);
void _IO_enable_locks(void);
extern __thread struct __res_state *__libc_resp;
int __isoc99_sscanf(const char *text, const char *format, ...);
int __vsnprintf_chk(char *bytes, size_t capacity, int flag, size_t room, const char *format, va_list arguments);
int __sprintf_chk(char *bytes, int flag, size_t room, const char *format, ...);

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

// The same for the dynamic loader, which a static program has and does not use.
char *__strerror_r(int code, char *buffer, size_t size)
{
    (void)buffer, (void)size;
    return strerror(code);
}

// Sets up the tables of isalpha() and its kin for the program's locale. Whoever calls one of those gets them, and an error
// of the linker: two of this function.
void __ctype_init(void)
{
}

// From the first thread on streams would have to lock: there are none.
void _IO_enable_locks(void)
{
}

// Where a new thread's state of the resolver is, for whoever resolves names.
__thread struct __res_state *__libc_resp;

// Given to what is here, and not looked at.
#undef stderr
FILE *stderr;

// malloc_stats() and libxenctrl's warnings. Nobody calls the one, and the console is the journal's.
int fprintf(FILE *file, const char *format, ...)
{
    (void)file, (void)format;
    return 0;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    (void)data, (void)size, (void)file;
    return count;
}

// libxenctrl's messages again.
int __vsnprintf_chk(char *bytes, size_t capacity, int flag, size_t room, const char *format, va_list arguments)
{
    (void)capacity, (void)flag, (void)room, (void)format, (void)arguments;
    *bytes = 0;
    return 0;
}

// For xs_suspend_evtchn_port().
int __sprintf_chk(char *bytes, int flag, size_t room, const char *format, ...)
{
    (void)flag, (void)room, (void)format;
    *bytes = 0;
    return 0;
}

// Xen 4.17's libxenstore has what xenstore-ls unescapes values with.
int __isoc99_sscanf(const char *text, const char *format, ...)
{
    (void)text, (void)format;
    return 0;
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

const char *inet_ntop(int family, const void *address, char *text, socklen_t size)
{
    (void)family, (void)address, (void)text, (void)size;
    return NULL;
}

void freeaddrinfo(struct addrinfo *result)
{
    (void)result;
}
