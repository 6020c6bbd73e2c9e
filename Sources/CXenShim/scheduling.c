// SPDX-License-Identifier: Apache-2.0
// Where and how much a domain's vcpus may run.
#include "internal.h"

#include <stdlib.h>

int domb_xc_sched_credit_domain_set(struct domb_xen *xen, uint32_t domid, uint16_t weight, uint16_t cap)
{
    struct xen_domctl_sched_credit parameters = { .weight = weight, .cap = cap };

    return domb_result(xc_sched_credit_domain_set(xen->ctrl, domid, &parameters));
}

int domb_xc_sched_credit_domain_get(struct domb_xen *xen, uint32_t domid, uint16_t *weight, uint16_t *cap)
{
    struct xen_domctl_sched_credit parameters = { 0 };
    int result = domb_result(xc_sched_credit_domain_get(xen->ctrl, domid, &parameters));

    *weight = parameters.weight;
    *cap = parameters.cap;
    return result;
}

int domb_xc_sched_rtds_domain_set(struct domb_xen *xen, uint32_t domid, uint32_t period, uint32_t budget)
{
    struct xen_domctl_sched_rtds parameters = { .period = period, .budget = budget };

    return domb_result(xc_sched_rtds_domain_set(xen->ctrl, domid, &parameters));
}

int domb_xc_sched_rtds_vcpu_get(struct domb_xen *xen, uint32_t domid, uint32_t vcpu, uint32_t *period, uint32_t *budget)
{
    struct xen_domctl_schedparam_vcpu parameters = { .vcpuid = vcpu };
    int result = domb_result(xc_sched_rtds_vcpu_get(xen->ctrl, domid, &parameters, 1));

    *period = parameters.u.rtds.period;
    *budget = parameters.u.rtds.budget;
    return result;
}

int domb_xc_domain_node_setaffinity(struct domb_xen *xen, uint32_t domid, const uint64_t *nodes, size_t words)
{
    int size = xc_get_nodemap_size(xen->ctrl);
    xc_nodemap_t map = xc_nodemap_alloc(xen->ctrl);
    int result = size <= 0 || !map ? -ENOMEM : 0;

    if (!result)
        result = domb_fill_map(map, (size_t)size, nodes, words);
    if (!result)
        result = domb_result(xc_domain_node_setaffinity(xen->ctrl, domid, map));
    free(map);
    return result;
}

int domb_xc_domain_node_getaffinity(struct domb_xen *xen, uint32_t domid, uint64_t *nodes, size_t capacity)
{
    int size = xc_get_nodemap_size(xen->ctrl);
    xc_nodemap_t map = xc_nodemap_alloc(xen->ctrl);
    int result = size <= 0 || !map ? -ENOMEM : 0;

    if (!result)
        result = domb_result(xc_domain_node_getaffinity(xen->ctrl, domid, map));
    if (!result)
        domb_map_words(map, (size_t)size, nodes, capacity);
    free(map);
    return result;
}
