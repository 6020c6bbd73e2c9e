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

// libxenctrl's maps are as long as the host's highest cpu asks; bits beyond are refused, not dropped.
static int fill(xc_cpumap_t map, size_t bytes, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count * 8; i++) {
        uint8_t byte = words[i / 8] >> (i % 8 * 8);

        if (i < bytes)
            map[i] = byte;
        else if (byte)
            return -EINVAL;
    }
    return 0;
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
        result = fill(hard_map, (size_t)size, hard, hard_words);
    if (!result && soft)
        result = fill(soft_map, (size_t)size, soft, soft_words);
    if (!result)
        result = domb_result(xc_vcpu_setaffinity(xen->ctrl, domid, (int)vcpu, hard_map, soft_map, flags));
    free(hard_map);
    free(soft_map);
    return result;
}

static void words_of(const uint8_t *map, size_t bytes, uint64_t *words, size_t capacity)
{
    memset(words, 0, capacity * sizeof *words);
    for (size_t i = 0; i < bytes && i / 8 < capacity; i++)
        words[i / 8] |= (uint64_t)map[i] << (i % 8 * 8);
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
        words_of(hard_map, (size_t)size, hard, capacity);
        words_of(soft_map, (size_t)size, soft, capacity);
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
