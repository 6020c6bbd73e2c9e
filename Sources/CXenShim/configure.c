// SPDX-License-Identifier: Apache-2.0
// What changes a domain.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

int domb_xc_domain_max_vcpus(struct domb_xen *xen, uint32_t domid, uint32_t count)
{
    return domb_result(xc_domain_max_vcpus(xen->ctrl, domid, count));
}

int domb_xc_domain_setmaxmem(struct domb_xen *xen, uint32_t domid, uint64_t kibibytes)
{
    return domb_result(xc_domain_setmaxmem(xen->ctrl, domid, kibibytes));
}

int domb_xc_vcpu_setaffinity(struct domb_xen *xen, uint32_t domid, uint32_t vcpu, const uint64_t *hard, size_t hard_words,
                             const uint64_t *soft, size_t soft_words)
{
    int size = xc_get_cpumap_size(xen->ctrl);
    xc_cpumap_t hard_map = xc_cpumap_alloc(xen->ctrl);
    xc_cpumap_t soft_map = xc_cpumap_alloc(xen->ctrl);
    uint32_t flags = (hard ? XEN_VCPUAFFINITY_HARD : 0) | (soft ? XEN_VCPUAFFINITY_SOFT : 0);
    int result = size <= 0 || !hard_map || !soft_map ? -ENOMEM : 0;

    if (!result && hard)
        result = domb_fill_map(hard_map, (size_t)size, hard, hard_words);
    if (!result && soft)
        result = domb_fill_map(soft_map, (size_t)size, soft, soft_words);
    if (!result)
        result = domb_result(xc_vcpu_setaffinity(xen->ctrl, domid, (int)vcpu, hard_map, soft_map, flags));
    free(hard_map);
    free(soft_map);
    return result;
}

int64_t domb_xc_vcpu_getaffinity(struct domb_xen *xen, uint32_t domid, uint32_t vcpu, uint64_t *hard, uint64_t *soft,
                                 size_t capacity)
{
    int size = xc_get_cpumap_size(xen->ctrl);
    xc_cpumap_t hard_map = xc_cpumap_alloc(xen->ctrl);
    xc_cpumap_t soft_map = xc_cpumap_alloc(xen->ctrl);
    int64_t result = size <= 0 || !hard_map || !soft_map ? -ENOMEM : 0;

    if (!result)
        result = domb_result(xc_vcpu_getaffinity(xen->ctrl, domid, (int)vcpu, hard_map, soft_map,
                                                 XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT));
    if (!result) {
        domb_map_words(hard_map, (size_t)size, hard, capacity);
        domb_map_words(soft_map, (size_t)size, soft, capacity);
        result = (size + 7) / 8;
    }
    free(hard_map);
    free(soft_map);
    return result;
}

int domb_xc_sched_credit2_domain_set(struct domb_xen *xen, uint32_t domid, uint16_t weight, uint16_t cap)
{
    struct xen_domctl_sched_credit2 parameters = { .weight = weight, .cap = cap };

    return domb_result(xc_sched_credit2_domain_set(xen->ctrl, domid, &parameters));
}

int domb_xc_sched_credit2_domain_get(struct domb_xen *xen, uint32_t domid, uint16_t *weight, uint16_t *cap)
{
    struct xen_domctl_sched_credit2 parameters = { 0 };
    int result = domb_result(xc_sched_credit2_domain_get(xen->ctrl, domid, &parameters));

    *weight = parameters.weight;
    *cap = parameters.cap;
    return result;
}

int domb_xc_domain_sethandle(struct domb_xen *xen, uint32_t domid, const uint8_t handle[16])
{
    xen_domain_handle_t copy;

    memcpy(copy, handle, sizeof copy);
    return domb_result(xc_domain_sethandle(xen->ctrl, domid, copy));
}

int domb_xc_domain_unpause(struct domb_xen *xen, uint32_t domid)
{
    return domb_result(xc_domain_unpause(xen->ctrl, domid));
}
