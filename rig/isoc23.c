/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian 13's static Xen libraries call the C23 forms of strtol and its kin, which Debian 12's libc does not have. They
 * differ in binary literals only, which those libraries do not read.
 */
#include <stdlib.h>

long __isoc23_strtol(const char *text, char **end, int base);
unsigned long __isoc23_strtoul(const char *text, char **end, int base);
unsigned long long __isoc23_strtoull(const char *text, char **end, int base);

long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }

unsigned long long __isoc23_strtoull(const char *text, char **end, int base) { return strtoull(text, end, base); }
