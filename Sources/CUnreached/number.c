// SPDX-License-Identifier: Apache-2.0
// Decimal numbers, whatever the base: what libxenstore and the C library read is the kernel's and xenstored's. The C library's
// own look at the locale, and bring 280 KB of it.
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

// A magnitude behind white space and a sign, ULONG_MAX with *overflow where it is larger. *end is where reading stopped.
static unsigned long magnitude(const char *text, char **end, int *negative, int *overflow)
{
    const char *at = text, *first;
    unsigned long value = 0;

    while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
        at++;
    *negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    *overflow = 0;
    for (first = at; *at >= '0' && *at <= '9'; at++)
        *overflow |= __builtin_mul_overflow(value, 10UL, &value)
                     || __builtin_add_overflow(value, (unsigned long)(*at - '0'), &value);
    if (end)
        *end = (char *)(at > first ? at : text);
    return *overflow ? ULONG_MAX : value;
}

long strtol(const char *text, char **end, int base)
{
    int negative, overflow;
    unsigned long value = magnitude(text, end, &negative, &overflow);

    (void)base;
    if (overflow || value > (unsigned long)LONG_MAX + (unsigned long)negative) {
        errno = ERANGE;
        return negative ? LONG_MIN : LONG_MAX;
    }
    return (long)(negative ? -value : value);
}

unsigned long strtoul(const char *text, char **end, int base)
{
    int negative, overflow;
    unsigned long value = magnitude(text, end, &negative, &overflow);

    (void)base;
    if (overflow) {
        errno = ERANGE;
        return value;
    }
    return negative ? -value : value;
}

unsigned long long strtoull(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}
