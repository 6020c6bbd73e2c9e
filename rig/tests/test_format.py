# SPDX-License-Identifier: Apache-2.0
"""PID 1's own snprintf and strtol (Sources/CUnreached) against the C library's."""
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent.parent / "Sources/CUnreached"

PROGRAM = r'''
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int domb_snprintf(char *bytes, size_t capacity, const char *format, ...);
int domb_vsnprintf(char *bytes, size_t capacity, const char *format, va_list arguments);
int domb_sprintf(char *bytes, const char *format, ...);

static int wrong;

static int by_list(char *bytes, size_t capacity, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int count = domb_vsnprintf(bytes, capacity, format, arguments);
    va_end(arguments);
    return count;
}

#define SAME(...) do { for (size_t room = 0; room < 40; room++) { \
    char ours[40], theirs[40], list[40], whole[80], all[80]; \
    memset(ours, 1, sizeof ours); memset(theirs, 1, sizeof theirs); memset(list, 1, sizeof list); \
    int a = domb_snprintf(ours, room, __VA_ARGS__), b = snprintf(theirs, room, __VA_ARGS__); \
    int c = by_list(list, room, __VA_ARGS__), d = domb_sprintf(whole, __VA_ARGS__), e = sprintf(all, __VA_ARGS__); \
    if (a != b || c != b || d != e || memcmp(ours, theirs, sizeof ours) || memcmp(list, theirs, sizeof list) || strcmp(whole, all)) { \
        printf("line %d, room %zu: %d '%.39s', not %d '%.39s'\n", __LINE__, room, a, ours, b, theirs); wrong = 1; } } } while (0)

int main(void)
{
    static const char *texts[] = { "", "a", "/var/run/xenstored/socket", "100%" };
    static const long numbers[] = { 0, 1, -1, 9, 10, -10, 255, INT_MAX, INT_MIN, UINT_MAX, LONG_MAX, LONG_MIN };

    SAME("nothing");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SAME("%s/socket", texts[i]);
        SAME("%s%s", texts[i], texts[i]);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        long n = numbers[i];
        SAME("/local/domain/%d/device", (int)n);
        SAME("%i %u %x", (int)n, (unsigned)n, (unsigned)n);
        SAME("%ld %lu %lx", n, n, n);
        SAME("%d:%s", (int)n, "text");
    }
    // What it does not know ends the text, and no argument is taken for another.
    static const char *unknown[] = { "a%5d%s", "a%p%s", "a%ls%s", "a%c", "a%.3s", "a%%", "a%", "a%l" };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        char ours[4] = "";
        if (domb_snprintf(ours, sizeof ours, unknown[i], 1, 1) != 1 || strcmp(ours, "a") != 0) {
            printf("'%s': '%s'\n", unknown[i], ours); wrong = 1; }
    }
    return wrong;
}
'''

NUMBERS = r'''
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

long domb_strtol(const char *text, char **end, int base);
unsigned long domb_strtoul(const char *text, char **end, int base);

static int wrong;

#define SAME(type, name, text, base) do { \
    char *a = NULL, *b = NULL; \
    errno = 0; type ours = domb_##name(text, &a, base); int first = errno; \
    errno = 0; type theirs = name(text, &b, base); \
    if (ours != theirs || a != b || first != errno) { \
        printf("%s(\"%s\", %d): %ld, %d\n", #name, text, base, (long)ours, first); wrong = 1; } } while (0)

int main(void)
{
    static const char *texts[] = { "", " ", "0", "00", "7", "08", "-1", "+5", "- 1", " \t42x", "0x1F", "z", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
        "18446744073709551616", "-18446744073709551615", "99999999999999999999999", "0777", "123 456", "\v\f\r7", "ff", "1_000" };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SAME(long, strtol, texts[i], 10);
        SAME(unsigned long, strtoul, texts[i], 10);
    }
    return wrong;
}
'''


class SmallLibrary(unittest.TestCase):
    def same(self, source: str, names: tuple, program: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "program.c").write_text(program)
            renamed = [f"-D{name}=domb_{name.strip('_')}" for name in names]
            checked = ["-O1", "-fsanitize=address,undefined"]
            subprocess.run(["gcc", *checked, "-Wall", "-Wextra", *renamed, "-c", "-o", work / "ours.o", SOURCES / source], check=True)
            subprocess.run(["gcc", *checked, "-w", "-o", work / "program", work / "program.c", work / "ours.o"], check=True)
            done = subprocess.run([work / "program"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_snprintf_writes_what_the_c_librarys_writes(self):
        self.same("format.c", ("snprintf", "__snprintf_chk", "vsnprintf", "sprintf"), PROGRAM)

    def test_strtol_reads_what_the_c_librarys_reads(self):
        self.same("number.c", ("strtol", "strtoul", "strtoull"), NUMBERS)


if __name__ == "__main__":
    unittest.main()
