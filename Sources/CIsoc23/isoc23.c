// SPDX-License-Identifier: Apache-2.0
// Debian 13's static libraries were built against a C library that names these functions by their C23 form; the C
// library of Debian 12 has only the older one. They differ in binary literals alone, which libxenctrl does not parse.
#include "isoc23.h"

#include <stdlib.h>

long __isoc23_strtol(const char *text, char **end, int base)
{
    return strtol(text, end, base);
}

unsigned long __isoc23_strtoul(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}

unsigned long long __isoc23_strtoull(const char *text, char **end, int base)
{
    return strtoull(text, end, base);
}
