// SPDX-License-Identifier: Apache-2.0
// Event channels between domains, and a domain's CPUID policy.
#include "internal.h"

#include <string.h>

int64_t domb_xc_evtchn_alloc_unbound(struct domb_xen *xen, uint32_t domid, uint32_t remote)
{
    int port = xc_evtchn_alloc_unbound(xen->ctrl, domid, remote);

    return port < 0 ? domb_errno() : port;
}

int64_t domb_xc_evtchn_unbound_remote(struct domb_xen *xen, uint32_t domid, uint32_t port)
{
    xc_evtchn_status_t status = { .dom = (domid_t)domid, .port = port };

    if (xc_evtchn_status(xen->ctrl, &status) < 0)
        return domb_errno();
    return status.status == EVTCHNSTAT_unbound ? status.u.unbound.dom : DOMB_NOT_UNBOUND;
}

// libxenctrl has no function for it: what there is is libxenguest's. More leaves than any policy has.
enum { LEAVES = 512 };

static int cpu_policy(struct domb_xen *xen, uint32_t command, uint32_t domid, xen_cpuid_leaf_t *leaves, uint32_t *count)
{
    struct xen_domctl *domctl = xencall_alloc_buffer(xen->call, sizeof *domctl);
    int result;

    if (!domctl)
        return -ENOMEM;
    memset(domctl, 0, sizeof *domctl);
    domctl->cmd = command;
    domctl->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    domctl->domain = (domid_t)domid;
    domctl->u.cpu_policy.nr_leaves = *count;
    set_xen_guest_handle_raw(domctl->u.cpu_policy.leaves, leaves);
    result = domb_result(xencall1(xen->call, __HYPERVISOR_domctl, (uintptr_t)domctl));
    *count = domctl->u.cpu_policy.nr_leaves;
    xencall_free_buffer(xen->call, domctl);
    return result;
}

int domb_cpuid_get(struct domb_xen *xen, uint32_t domid, uint32_t leaf, uint32_t subleaf, uint32_t registers[4])
{
    xen_cpuid_leaf_t *leaves = xencall_alloc_buffer(xen->call, LEAVES * sizeof *leaves);
    uint32_t count = LEAVES;
    int result = leaves ? cpu_policy(xen, XEN_DOMCTL_get_cpu_policy, domid, leaves, &count) : -ENOMEM;

    memset(registers, 0, 4 * sizeof *registers);
    for (uint32_t i = 0; !result && i < count && i < LEAVES; i++) {
        if (leaves[i].leaf == leaf && leaves[i].subleaf == subleaf)
            memcpy(registers, &leaves[i].a, 4 * sizeof *registers);
    }
    if (leaves)
        xencall_free_buffer(xen->call, leaves);
    return result;
}

int domb_cpuid_set(struct domb_xen *xen, uint32_t domid, uint32_t leaf, uint32_t subleaf, const uint32_t registers[4])
{
    xen_cpuid_leaf_t *entry = xencall_alloc_buffer(xen->call, sizeof *entry);
    uint32_t count = 1;
    int result;

    if (!entry)
        return -ENOMEM;
    *entry = (xen_cpuid_leaf_t){ leaf, subleaf, registers[0], registers[1], registers[2], registers[3] };
    result = cpu_policy(xen, XEN_DOMCTL_set_cpu_policy, domid, entry, &count);
    xencall_free_buffer(xen->call, entry);
    return result;
}
