// SPDX-License-Identifier: Apache-2.0
// What the files of this shim share.
#ifndef DOMB_XEN_INTERNAL_H
#define DOMB_XEN_INTERNAL_H

#include "xen_shim.h"

#include <errno.h>
#include <xencall.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xentoollog.h>
#include <xen/hvm/save.h>

// With no logger at all a library would make one that writes to stderr.
struct xentoollog_logger *domb_quiet_logger(void);

struct domb_xen {
    xc_interface *ctrl;
    xencall_handle *call;
    xenforeignmemory_handle *memory;
    // Opened when it is first needed: most launches have no xenstore.
    struct xs_handle *store;
    // The static library has no thread that reads, and takes an event that comes before a reply for a broken reply: watches
    // have a connection of their own.
    struct xs_handle *watches;
    // XBT_NULL outside of a transaction.
    uint32_t transaction;
    xenevtchn_handle *events;
};

// A failed call that left errno at zero is still a failure.
static inline int domb_errno(void)
{
    return errno ? -errno : -EIO;
}

static inline int domb_result(int result)
{
    return result < 0 ? domb_errno() : 0;
}

// A map of libxenctrl's from words; -EINVAL for a bit that it has no room for.
int domb_fill_map(uint8_t *map, size_t bytes, const uint64_t *words, size_t count);
void domb_map_words(const uint8_t *map, size_t bytes, uint64_t *words, size_t capacity);

#endif
