// SPDX-License-Identifier: Apache-2.0
// The C library's look at the locale, and bring 280 KB of it.
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static int digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'z' ? byte - 'a' + 10 : INT_MAX;
}

// Where the digits begin: behind white space, a sign, and the prefix that the base has or tells.
static const char *begin(const char *text, int *base, int *negative)
{
    while (*text == ' ' || (*text >= '\t' && *text <= '\r'))
        text++;
    *negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    if ((*base == 0 || *base == 16) && text[0] == '0' && (text[1] | 0x20) == 'x' && digit(text[2]) < 16) {
        *base = 16;
        return text + 2;
    }
    if (*base == 0)
        *base = *text == '0' ? 8 : 10;
    return text;
}

// The magnitude, ULONG_MAX with *overflow where it is larger. *end is where reading stopped.
static unsigned long magnitude(const char *text, char **end, int base, int *negative, int *overflow)
{
    const char *at = begin(text, &base, negative), *first = at;
    unsigned long value = 0;

    *overflow = 0;
    for (; digit(*at) < base; at++)
        *overflow |= __builtin_mul_overflow(value, (unsigned long)base, &value)
                     || __builtin_add_overflow(value, (unsigned long)digit(*at), &value);
    if (end)
        *end = (char *)(at > first ? at : text);
    return *overflow ? ULONG_MAX : value;
}

long strtol(const char *text, char **end, int base)
{
    int negative, overflow;
    unsigned long value = magnitude(text, end, base, &negative, &overflow);

    if (overflow || value > (unsigned long)LONG_MAX + (unsigned long)negative) {
        errno = ERANGE;
        return negative ? LONG_MIN : LONG_MAX;
    }
    return (long)(negative ? -value : value);
}

unsigned long strtoul(const char *text, char **end, int base)
{
    int negative, overflow;
    unsigned long value = magnitude(text, end, base, &negative, &overflow);

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
