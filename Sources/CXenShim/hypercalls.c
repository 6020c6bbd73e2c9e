// SPDX-License-Identifier: Apache-2.0
// Hypercalls that libxenctrl has no function for, each by a copy of the caller's data where Xen can reach it.
#include "xen_shim.h"

#include <string.h>

int domb_xen_version(xencall_handle *xen, int request, void *data, size_t size)
{
    void *copy = xencall_alloc_buffer(xen, size);
    int result;

    if (!copy)
        return -1;
    memcpy(copy, data, size);
    result = xencall2(xen, __HYPERVISOR_xen_version, (uint64_t)request, (uintptr_t)copy);
    memcpy(data, copy, size);
    xencall_free_buffer(xen, copy);
    return result;
}

int domb_cpu_policy(xencall_handle *xen, uint32_t command, uint32_t domid, xen_cpuid_leaf_t *leaves, uint32_t *count)
{
    size_t size = *count * sizeof *leaves;
    struct xen_domctl *domctl = xencall_alloc_buffer(xen, sizeof *domctl);
    void *copy = xencall_alloc_buffer(xen, size);
    int result = -1;

    if (domctl && copy) {
        memcpy(copy, leaves, size);
        memset(domctl, 0, sizeof *domctl);
        domctl->cmd = command;
        domctl->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
        domctl->domain = (domid_t)domid;
        domctl->u.cpu_policy.nr_leaves = *count;
        set_xen_guest_handle_raw(domctl->u.cpu_policy.leaves, copy);
        result = xencall1(xen, __HYPERVISOR_domctl, (uintptr_t)domctl);
        *count = domctl->u.cpu_policy.nr_leaves;
        memcpy(leaves, copy, size);
    }
    xencall_free_buffer(xen, copy);
    xencall_free_buffer(xen, domctl);
    return result;
}
