// SPDX-License-Identifier: Apache-2.0
// xenstore through libxenstore.
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenstore.h>

static int result(bool done)
{
    return done ? 0 : domb_errno();
}

int domb_xs_open(struct domb_xen *xen)
{
    if (!xen->store)
        xen->store = xs_open(0);
    return result(xen->store);
}

void domb_xs_close(struct domb_xen *xen)
{
    if (xen->store)
        xs_close(xen->store);
    if (xen->watches)
        xs_close(xen->watches);
    xen->store = NULL;
    xen->watches = NULL;
}

int domb_xs_transaction_start(struct domb_xen *xen)
{
    if (xen->transaction != XBT_NULL)
        return -EBUSY;
    xen->transaction = xs_transaction_start(xen->store);
    return result(xen->transaction != XBT_NULL);
}

int domb_xs_transaction_end(struct domb_xen *xen, int abort)
{
    xs_transaction_t transaction = xen->transaction;

    xen->transaction = XBT_NULL;
    if (xs_transaction_end(xen->store, transaction, abort))
        return 1;
    return errno == EAGAIN ? 0 : domb_errno();
}

int domb_xs_write(struct domb_xen *xen, const char *path, const void *value, size_t size)
{
    return result(xs_write(xen->store, xen->transaction, path, value, (unsigned)size));
}

int domb_xs_set_permissions(struct domb_xen *xen, const char *path, const uint16_t *domids, size_t count)
{
    struct xs_permissions permissions[4];

    if (count == 0 || count > sizeof permissions / sizeof *permissions)
        return -E2BIG;
    for (size_t i = 0; i < count; i++)
        permissions[i] = (struct xs_permissions){ .id = domids[i], .perms = i == 0 ? XS_PERM_NONE : XS_PERM_READ };
    return result(xs_set_permissions(xen->store, xen->transaction, path, permissions, (unsigned)count));
}

int64_t domb_xs_read(struct domb_xen *xen, const char *path, void *buffer, size_t capacity)
{
    unsigned length;
    void *value = xs_read(xen->store, xen->transaction, path, &length);
    int64_t size = length <= capacity ? (int64_t)length : -ENOBUFS;

    if (!value)
        return domb_errno();
    if (size >= 0)
        memcpy(buffer, value, length);
    free(value);
    return size;
}

int domb_xs_introduce_domain(struct domb_xen *xen, uint32_t domid, uint64_t gfn, uint32_t port)
{
    return result(xs_introduce_domain(xen->store, domid, gfn, port));
}

int domb_xs_is_domain_introduced(struct domb_xen *xen, uint32_t domid)
{
    return xs_is_domain_introduced(xen->store, domid);
}

int domb_xs_watch(struct domb_xen *xen, const char *path)
{
    unsigned count;
    char **event;

    if (!xen->watches)
        xen->watches = xs_open(0);
    if (!xen->watches || !xs_watch(xen->watches, path, "domb"))
        return domb_errno();
    // Every watch fires once at its beginning, and the next request must not meet that event.
    event = xs_read_watch(xen->watches, &count);
    free(event);
    return result(event);
}

int domb_xs_wait(struct domb_xen *xen, int milliseconds)
{
    // xs_fileno's pipe is filled by the thread that is not there, and the socket itself is not to be had.
    static const struct timespec pause = { .tv_nsec = 10000000 };
    char **event;
    int count = 0;

    if (!xen->watches)
        return -EBADF;
    for (int waited = 0;; waited += 10) {
        while ((event = xs_check_watch(xen->watches))) {
            free(event);
            count = 1;
        }
        // Anything but "no more for now": xenstored is gone.
        if (errno != EAGAIN)
            return domb_errno();
        if (count || waited >= milliseconds)
            return count;
        nanosleep(&pause, NULL);
    }
}
