// SPDX-License-Identifier: Apache-2.0
// The last hypercall.
#include "xen_shim.h"

#include <string.h>

static void fill(multicall_entry_t *calls, struct xen_domctl *domctls, struct sched_shutdown *end, const uint16_t *domids,
                 size_t count)
{
    memset(calls, 0, (count + 1) * sizeof *calls);
    memset(domctls, 0, (count + 1) * sizeof *domctls);
    for (size_t i = 0; i < count; i++) {
        domctls[i].cmd = XEN_DOMCTL_unpausedomain;
        domctls[i].interface_version = domb_domctl_number();
        domctls[i].domain = domids[i];
        calls[i].op = __HYPERVISOR_domctl;
        calls[i].args[0] = (uintptr_t)&domctls[i];
        // What Xen does not come to has not been carried out.
        calls[i].result = (xen_ulong_t)-ECANCELED;
    }
    end->reason = SHUTDOWN_poweroff;
    calls[count].op = __HYPERVISOR_sched_op;
    calls[count].args[0] = SCHEDOP_shutdown;
    calls[count].args[1] = (uintptr_t)end;
}

int domb_shutdown_multicall(xencall_handle *xen, const uint16_t *domids, size_t count, int32_t *results)
{
    multicall_entry_t *calls = xencall_alloc_buffer(xen, (count + 1) * sizeof *calls);
    struct xen_domctl *domctls = xencall_alloc_buffer(xen, (count + 1) * sizeof *domctls);
    struct sched_shutdown *end = xencall_alloc_buffer(xen, sizeof *end);
    int code = -ENOMEM;

    for (size_t i = 0; i < count; i++)
        results[i] = -ECANCELED;
    if (calls && domctls && end) {
        fill(calls, domctls, end, domids, count);
        code = xencall2(xen, __HYPERVISOR_multicall, (uintptr_t)calls, count + 1) < 0 ? domb_errno() : 0;
        for (size_t i = 0; i < count; i++)
            results[i] = (int32_t)calls[i].result;
        if (code == 0 && calls[count].result != 0)
            code = (int)calls[count].result;
        // Xen says that it is done, and yet this runs.
        if (code == 0)
            code = -EIO;
    }
    xencall_free_buffer(xen, end);
    xencall_free_buffer(xen, domctls);
    xencall_free_buffer(xen, calls);
    return code;
}
