// SPDX-License-Identifier: Apache-2.0
#include "guest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The innermost function logs first, so the first error is the one that says why.
static void keep_first_error(
    xentoollog_logger *base, xentoollog_level level, int code, const char *context, const char *format,
    va_list arguments)
{
    struct domb_logger *logger = (struct domb_logger *)base;
    int saved = errno;

    (void)code;
    (void)context;
    if (level >= XTL_ERROR && logger->length == 0) {
        int count = vsnprintf(logger->text, sizeof logger->text, format, arguments);
        if (count > 0)
            logger->length = strnlen(logger->text, sizeof logger->text);
    }
    errno = saved;
}

static void no_destroy(xentoollog_logger *base)
{
    (void)base;
}

int domb_xen_open(struct domb_xen **result)
{
    struct domb_xen *xen = calloc(1, sizeof *xen);

    if (xen == NULL)
        return -ENOMEM;
    xen->logger.base.vmessage = keep_first_error;
    xen->logger.base.destroy = no_destroy;
    errno = 0;
    // Without a logger of one's own the second argument would mean a log file in /var.
    xen->xch = xc_interface_open(&xen->logger.base, &xen->logger.base, 0);
    if (xen->xch == NULL) {
        int code = errno ? errno : EIO;
        free(xen);
        return -code;
    }
    *result = xen;
    return 0;
}

void domb_xen_close(struct domb_xen *xen)
{
    if (xen == NULL)
        return;
    xc_interface_close(xen->xch);
    free(xen);
}

size_t domb_xen_message(const struct domb_xen *xen, void *buffer, size_t capacity)
{
    size_t count = xen->logger.length < capacity ? xen->logger.length : capacity;

    memcpy(buffer, xen->logger.text, count);
    return count;
}

int64_t domb_xen_command_line(struct domb_xen *xen, void *buffer, size_t capacity)
{
    xen_commandline_t text = {0};
    int status = DOMB_STATUS(xc_version(xen->xch, XENVER_commandline, text));

    if (status != 0)
        return status;
    size_t length = strnlen(text, sizeof text);
    if (length > capacity)
        return -ENOBUFS;
    memcpy(buffer, text, length);
    return (int64_t)length;
}
