// SPDX-License-Identifier: Apache-2.0
#include "xen_interface.h"

// libxenctrl reports through return values; its log would be lines that nobody asked for. With no logger at all it
// would write to stderr and to a file.
static void drop_message(struct xentoollog_logger *logger, xentoollog_level level, int code, const char *context,
                         const char *format, va_list arguments)
{
    (void)logger, (void)level, (void)code, (void)context, (void)format, (void)arguments;
}

static void keep_logger(struct xentoollog_logger *logger)
{
    (void)logger;
}

struct xentoollog_logger *domb_quiet_logger(void)
{
    static struct xentoollog_logger quiet = { .vmessage = drop_message, .destroy = keep_logger };

    return &quiet;
}
