// SPDX-License-Identifier: Apache-2.0
// What Xen says of itself and of the host.
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <xen/features.h>
#include <xen/version.h>

int64_t domb_xen_version(struct domb_xen *xen)
{
    int version = xencall2(xen->call, __HYPERVISOR_xen_version, XENVER_version, 0);

    return version < 0 ? domb_errno() : version;
}

#ifdef XENVER_extraversion2
static unsigned int subop(enum domb_version_text which)
{
    switch (which) {
    case DOMB_EXTRA_VERSION:
        return XENVER_extraversion2;
    case DOMB_BUILD_ID:
        return XENVER_build_id;
    default:
        return XENVER_commandline2;
    }
}
#else
// Xen 4.17: only the build id says its size.
typedef xen_build_id_t xen_varbuf_t;

static unsigned int subop(enum domb_version_text which)
{
    return which == DOMB_EXTRA_VERSION ? XENVER_extraversion : which == DOMB_BUILD_ID ? XENVER_build_id : XENVER_commandline;
}

static int64_t fixed_text(struct domb_xen *xen, unsigned int subop, char *buffer, size_t capacity)
{
    // The longer of the two texts; both end with a zero.
    char *text = xencall_alloc_buffer(xen->call, sizeof(xen_commandline_t));
    int64_t size;

    if (!text)
        return -ENOMEM;
    memset(text, 0, sizeof(xen_commandline_t));
    size = xencall2(xen->call, __HYPERVISOR_xen_version, subop, (uintptr_t)text);
    if (size < 0) {
        size = domb_errno();
    } else {
        size = (int64_t)strnlen(text, sizeof(xen_commandline_t));
        if ((uint64_t)size > capacity)
            size = -ENOBUFS;
        else
            memcpy(buffer, text, (size_t)size);
    }
    xencall_free_buffer(xen->call, text);
    return size;
}
#endif

int64_t domb_xen_version_text(struct domb_xen *xen, enum domb_version_text which, void *buffer, size_t capacity)
{
#ifndef XENVER_extraversion2
    if (which != DOMB_BUILD_ID)
        return fixed_text(xen, subop(which), buffer, capacity);
#endif
    xen_varbuf_t *text = xencall_alloc_buffer(xen->call, sizeof *text + capacity);
    int64_t size;

    if (!text)
        return -ENOMEM;
    text->len = capacity;
    size = xencall2(xen->call, __HYPERVISOR_xen_version, subop(which), (uintptr_t)text);
    if (size < 0)
        size = domb_errno();
    else if ((uint64_t)size > capacity)
        size = -ENOBUFS;
    else
        memcpy(buffer, text->buf, (size_t)size);
    xencall_free_buffer(xen->call, text);
    return size;
}

int domb_xen_is_hardware_domain(struct domb_xen *xen)
{
    xen_feature_info_t *info = xencall_alloc_buffer(xen->call, sizeof *info);
    int result;

    if (!info)
        return -ENOMEM;
    info->submap_idx = 0;
    result = xencall2(xen->call, __HYPERVISOR_xen_version, XENVER_get_features, (uintptr_t)info);
    result = result < 0 ? domb_errno() : (int)(info->submap >> XENFEAT_dom0 & 1);
    xencall_free_buffer(xen->call, info);
    return result;
}

int domb_xc_flask_getenforce(struct domb_xen *xen)
{
    int enforcing = xc_flask_getenforce(xen->ctrl);

    return enforcing < 0 ? domb_errno() : enforcing;
}

int domb_xc_physinfo(struct domb_xen *xen, struct domb_host *out)
{
    xc_physinfo_t info = { 0 };

    if (xc_physinfo(xen->ctrl, &info) != 0)
        return domb_errno();
    out->total_pages = info.total_pages;
    out->free_pages = info.free_pages > info.outstanding_pages ? info.free_pages - info.outstanding_pages : 0;
    out->cpus = info.nr_cpus;
    out->nodes = info.nr_nodes;
    out->iommu = !!(info.capabilities & XEN_SYSCTL_PHYSCAP_directio);
    return 0;
}

int64_t domb_xc_machine_ram(struct domb_xen *xen, uint64_t *frames, size_t capacity)
{
    // E820MAX entries, and what Xen puts between them; RAM is type 1.
    enum { ENTRIES = 4096, RAM = 1 };
    struct e820entry *map = calloc(ENTRIES, sizeof *map);
    int64_t ranges = 0;
    int count;

    if (!map)
        return -ENOMEM;
    count = xc_get_machine_memory_map(xen->ctrl, map, ENTRIES);
    if (count < 0)
        ranges = domb_errno();
    for (int i = 0; i < count && ranges >= 0; i++) {
        if (map[i].type != RAM || map[i].size == 0)
            continue;
        if ((size_t)ranges == capacity) {
            ranges = -ENOBUFS;
            break;
        }
        frames[2 * ranges] = map[i].addr >> 12;
        frames[2 * ranges + 1] = ((map[i].addr + map[i].size - 1) >> 12) + 1;
        ranges++;
    }
    free(map);
    return ranges;
}

int64_t domb_xc_sched_id(struct domb_xen *xen)
{
    int scheduler;

    return xc_sched_id(xen->ctrl, &scheduler) != 0 ? domb_errno() : scheduler;
}
