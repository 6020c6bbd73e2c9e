// SPDX-License-Identifier: Apache-2.0
// The formats that libxenstore makes paths and requests with: %s %d %i %u %x, and %ld, %lu, %lx. The text ends before any
// other, which only messages have: DomB's logger drops them. The C library's own come with wide characters, locales and the
// dynamic loader: 290 KB.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct output {
    char *bytes;
    // With the zero at the end.
    size_t capacity;
    // What would have been written.
    size_t count;
};

static void put(struct output *out, char byte)
{
    if (out->count + 1 < out->capacity)
        out->bytes[out->count] = byte;
    out->count++;
}

static void put_text(struct output *out, const char *text)
{
    while (*text)
        put(out, *text++);
}

static void put_number(struct output *out, unsigned long value, unsigned int base)
{
    // 20 digits and the zero.
    char digits[21], *at = digits + sizeof digits - 1;

    *at = 0;
    do
        *--at = "0123456789abcdef"[value % base];
    while ((value /= base) > 0);
    put_text(out, at);
}

static void put_signed(struct output *out, long value)
{
    if (value < 0)
        put(out, '-');
    put_number(out, value < 0 ? -(unsigned long)value : (unsigned long)value, 10);
}

// False for a conversion that this does not know: what its argument is cannot be known either.
static int put_argument(struct output *out, char kind, int is_long, va_list *arguments)
{
    switch (kind) {
    case 's':
        if (is_long)
            return 0;
        put_text(out, va_arg(*arguments, const char *));
        return 1;
    case 'd':
    case 'i':
        put_signed(out, is_long ? va_arg(*arguments, long) : va_arg(*arguments, int));
        return 1;
    case 'u':
    case 'x':
        put_number(out, is_long ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned int), kind == 'x' ? 16 : 10);
        return 1;
    }
    return 0;
}

static int format_text(char *bytes, size_t capacity, const char *format, va_list given)
{
    struct output out = { .bytes = bytes, .capacity = capacity };
    va_list arguments;

    va_copy(arguments, given);
    for (; *format; format++) {
        int is_long = format[0] == '%' && format[1] == 'l';

        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        format += 1 + is_long;
        if (!put_argument(&out, *format, is_long, &arguments))
            break;
    }
    va_end(arguments);
    if (capacity > 0)
        bytes[out.count < capacity ? out.count : capacity - 1] = 0;
    return (int)out.count;
}

// Libraries of a Xen that was built without _FORTIFY_SOURCE, as Xen's own build is, ask for these two.
int vsnprintf(char *bytes, size_t capacity, const char *format, va_list arguments)
{
    return format_text(bytes, capacity, format, arguments);
}

int sprintf(char *bytes, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int count = format_text(bytes, SIZE_MAX, format, arguments);
    va_end(arguments);
    return count;
}

int snprintf(char *bytes, size_t capacity, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int count = format_text(bytes, capacity, format, arguments);
    va_end(arguments);
    return count;
}

// _FORTIFY_SOURCE's form: `room` is what the compiler knows of the buffer's size.
int __snprintf_chk(char *bytes, size_t capacity, int flag, size_t room, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    va_start(arguments, format);
    int count = format_text(bytes, capacity < room ? capacity : room, format, arguments);
    va_end(arguments);
    return count;
}
