// SPDX-License-Identifier: Apache-2.0
// The formats that libxenctrl, libxenstore, libtss2 and the shims use: %c %s %d %i %u %x %X %p %%, with 0, a width, a
// precision of strings, and the lengths hh h l ll z. The C library's own come with wide characters, locales and the
// dynamic loader: 290 KB.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

static void put_padded(struct output *out, const char *text, size_t size, size_t width, char pad)
{
    // Zeros go between sign and digits.
    if (pad == '0' && size > 0 && *text == '-') {
        put(out, *text++);
        size--;
        width -= width > 0;
    }
    for (; width > size; width--)
        put(out, pad);
    while (size-- > 0)
        put(out, *text++);
}

static void put_number(struct output *out, uint64_t value, unsigned int base, int negative, size_t width, char pad, int upper)
{
    // Sign, "0x" and 20 digits.
    char digits[24], *at = digits + sizeof digits;
    const char *symbols = upper ? "0123456789ABCDEF" : "0123456789abcdef";

    do
        *--at = symbols[value % base];
    while ((value /= base) > 0);
    if (negative)
        *--at = '-';
    put_padded(out, at, (size_t)(digits + sizeof digits - at), width, pad);
}

struct conversion {
    char kind, pad;
    size_t width;
    // SIZE_MAX for none.
    size_t precision;
    // Bytes of the integer.
    size_t size;
};

static const char *read_number(const char *format, va_list *arguments, size_t *number)
{
    *number = 0;
    if (*format == '*') {
        int given = va_arg(*arguments, int);

        *number = given > 0 ? (size_t)given : 0;
        return format + 1;
    }
    for (; *format >= '0' && *format <= '9' && *number < 4096; format++)
        *number = *number * 10 + (size_t)(*format - '0');
    return format;
}

static const char *read_conversion(const char *format, va_list *arguments, struct conversion *found)
{
    *found = (struct conversion){ .pad = ' ', .precision = SIZE_MAX, .size = sizeof(int) };
    if (*format == '0') {
        found->pad = '0';
        format++;
    }
    format = read_number(format, arguments, &found->width);
    if (*format == '.')
        format = read_number(format + 1, arguments, &found->precision);
    for (;; format++) {
        if (*format == 'l' || *format == 'z')
            found->size = sizeof(long);
        else if (*format == 'h')
            found->size /= 2;
        else
            break;
    }
    found->kind = *format;
    return *format ? format + 1 : format;
}

static int64_t signed_argument(va_list *arguments, size_t size)
{
    if (size == sizeof(long))
        return va_arg(*arguments, long);
    int value = va_arg(*arguments, int);

    return size == 2 ? (short)value : size == 1 ? (signed char)value : value;
}

static uint64_t unsigned_argument(va_list *arguments, size_t size)
{
    if (size == sizeof(long))
        return va_arg(*arguments, unsigned long);
    unsigned int value = va_arg(*arguments, unsigned int);

    return size == 2 ? (unsigned short)value : size == 1 ? (unsigned char)value : value;
}

static void put_conversion(struct output *out, const struct conversion *found, va_list *arguments)
{
    char byte;

    switch (found->kind) {
    case 'c':
        byte = (char)va_arg(*arguments, int);
        put_padded(out, &byte, 1, found->width, ' ');
        return;
    case 's': {
        const char *text = va_arg(*arguments, const char *);

        text = text ? text : "(null)";
        put_padded(out, text, strnlen(text, found->precision), found->width, ' ');
        return;
    }
    case 'd':
    case 'i': {
        int64_t value = signed_argument(arguments, found->size);

        put_number(out, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0, found->width, found->pad, 0);
        return;
    }
    case 'u':
        put_number(out, unsigned_argument(arguments, found->size), 10, 0, found->width, found->pad, 0);
        return;
    case 'x':
    case 'X':
        put_number(out, unsigned_argument(arguments, found->size), 16, 0, found->width, found->pad, found->kind == 'X');
        return;
    case 'p':
        put(out, '0');
        put(out, 'x');
        put_number(out, (uintptr_t)va_arg(*arguments, void *), 16, 0, 0, ' ', 0);
        return;
    default:
        // %%, and what this does not know, as it stands.
        put(out, found->kind ? found->kind : '%');
    }
}

int vsnprintf(char *bytes, size_t capacity, const char *format, va_list given)
{
    struct output out = { .bytes = bytes, .capacity = capacity };
    struct conversion found;
    va_list arguments;

    va_copy(arguments, given);
    while (*format) {
        if (*format != '%') {
            put(&out, *format++);
            continue;
        }
        format = read_conversion(format + 1, &arguments, &found);
        put_conversion(&out, &found, &arguments);
    }
    va_end(arguments);
    if (capacity > 0)
        bytes[out.count < capacity ? out.count : capacity - 1] = 0;
    return (int)out.count;
}

int snprintf(char *bytes, size_t capacity, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int count = vsnprintf(bytes, capacity, format, arguments);
    va_end(arguments);
    return count;
}

// _FORTIFY_SOURCE's forms: `room` is what the compiler knows of the buffer's size.
int __vsnprintf_chk(char *bytes, size_t capacity, int flag, size_t room, const char *format, va_list arguments)
{
    (void)flag;
    return vsnprintf(bytes, capacity < room ? capacity : room, format, arguments);
}

int __snprintf_chk(char *bytes, size_t capacity, int flag, size_t room, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    va_start(arguments, format);
    int count = vsnprintf(bytes, capacity < room ? capacity : room, format, arguments);
    va_end(arguments);
    return count;
}

int __sprintf_chk(char *bytes, int flag, size_t room, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    va_start(arguments, format);
    int count = vsnprintf(bytes, room, format, arguments);
    va_end(arguments);
    return count;
}

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
