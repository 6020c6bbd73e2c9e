// SPDX-License-Identifier: Apache-2.0
// What a domain gets of the host's hardware, and how it sees its own.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

// Set with no time elapsed, the host's frequency and the first incarnation, as a toolstack does for a new domain.
int domb_xc_domain_set_tsc_mode(struct domb_xen *xen, uint32_t domid, uint32_t mode)
{
    return domb_result(xc_domain_set_tsc_info(xen->ctrl, domid, mode, 0, 0, 0));
}

int64_t domb_xc_domain_get_tsc_mode(struct domb_xen *xen, uint32_t domid)
{
    uint32_t mode, khz, incarnation;
    uint64_t elapsed;

    return xc_domain_get_tsc_info(xen->ctrl, domid, &mode, &elapsed, &khz, &incarnation) != 0 ? domb_errno()
                                                                                              : (int64_t)mode;
}

int domb_xc_hvm_param_set(struct domb_xen *xen, uint32_t domid, uint32_t parameter, uint64_t value)
{
    return domb_result(xc_hvm_param_set(xen->ctrl, domid, parameter, value));
}

int64_t domb_xc_flask_context_to_sid(struct domb_xen *xen, const uint8_t *context, size_t size)
{
    // libxenctrl writes its bounce buffer back.
    char *copy = malloc(size + 1);
    uint32_t sid;
    int64_t result;

    if (!copy)
        return -ENOMEM;
    memcpy(copy, context, size);
    copy[size] = 0;
    result = xc_flask_context_to_sid(xen->ctrl, copy, (uint32_t)size, &sid) != 0 ? domb_errno() : (int64_t)sid;
    free(copy);
    return result;
}

int domb_xc_flask_relabel_domain(struct domb_xen *xen, uint32_t domid, uint32_t sid)
{
    return domb_result(xc_flask_relabel_domain(xen->ctrl, domid, sid));
}

int domb_xc_domain_ioport_permission(struct domb_xen *xen, uint32_t domid, uint32_t first, uint32_t count)
{
    return domb_result(xc_domain_ioport_permission(xen->ctrl, domid, first, count, 1));
}

int domb_xc_domain_ioport_mapping(struct domb_xen *xen, uint32_t domid, uint32_t first, uint32_t count)
{
    return domb_result(xc_domain_ioport_mapping(xen->ctrl, domid, first, first, count, DPCI_ADD_MAPPING));
}

int domb_xc_domain_iomem_permission(struct domb_xen *xen, uint32_t domid, uint64_t mfn, uint64_t count)
{
    return domb_result(xc_domain_iomem_permission(xen->ctrl, domid, mfn, count, 1));
}

int domb_xc_domain_memory_mapping(struct domb_xen *xen, uint32_t domid, uint64_t gfn, uint64_t mfn, uint64_t count)
{
    return domb_result(xc_domain_memory_mapping(xen->ctrl, domid, gfn, mfn, count, DPCI_ADD_MAPPING));
}

int domb_xc_domain_gsi_permission(struct domb_xen *xen, uint32_t domid, uint32_t gsi)
{
#ifdef XEN_DOMCTL_GSI_GRANT
    return domb_result(xc_domain_gsi_permission(xen->ctrl, domid, gsi, XEN_DOMCTL_GSI_GRANT));
#else
    // Before Xen 4.20 there is only the way by a pirq of the caller's.
    (void)xen, (void)domid, (void)gsi;
    return -EOPNOTSUPP;
#endif
}

int domb_xc_test_assign_device(struct domb_xen *xen, uint32_t domid, uint32_t sbdf)
{
    return domb_result(xc_test_assign_device(xen->ctrl, domid, sbdf));
}

int domb_xc_assign_device(struct domb_xen *xen, uint32_t domid, uint32_t sbdf)
{
    return domb_result(xc_assign_device(xen->ctrl, domid, sbdf, 0));
}
