// SPDX-License-Identifier: Apache-2.0
// See isoc23.c: nobody calls these by name, the linker wants them.
#ifndef DOMB_ISOC23_H
#define DOMB_ISOC23_H

long __isoc23_strtol(const char *text, char **end, int base);
unsigned long __isoc23_strtoul(const char *text, char **end, int base);
unsigned long long __isoc23_strtoull(const char *text, char **end, int base);

#endif
