// SPDX-License-Identifier: Apache-2.0
// Cpupools.
#include "internal.h"

int domb_xc_cpupool_getinfo(struct domb_xen *xen, uint32_t first, struct domb_cpupool *out, uint64_t *cpus,
                            size_t capacity)
{
    int size = xc_get_cpumap_size(xen->ctrl);
    xc_cpupoolinfo_t *info;

    errno = 0;
    info = xc_cpupool_getinfo(xen->ctrl, first);
    if (!info || size <= 0)
        return domb_errno();
    out->number = info->cpupool_id;
    out->scheduler = info->sched_id;
    domb_map_words(info->cpumap, (size_t)size, cpus, capacity);
    xc_cpupool_infofree(xen->ctrl, info);
    return 0;
}

int domb_xc_cpupool_create(struct domb_xen *xen, uint32_t number, uint32_t scheduler)
{
    uint32_t made = number;
    int result = domb_result(xc_cpupool_create(xen->ctrl, &made, scheduler));

    return result < 0 || made == number ? result : -EIO;
}

int domb_xc_cpupool_addcpu(struct domb_xen *xen, uint32_t number, uint32_t cpu)
{
    return domb_result(xc_cpupool_addcpu(xen->ctrl, number, (int)cpu));
}

int domb_xc_cpupool_removecpu(struct domb_xen *xen, uint32_t number, uint32_t cpu)
{
    return domb_result(xc_cpupool_removecpu(xen->ctrl, number, (int)cpu));
}

int domb_xc_cpupool_movedomain(struct domb_xen *xen, uint32_t number, uint32_t domid)
{
    return domb_result(xc_cpupool_movedomain(xen->ctrl, number, domid));
}
