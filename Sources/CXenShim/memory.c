// SPDX-License-Identifier: Apache-2.0
// A domain's memory.
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// libxenctrl exports it for libxenguest and declares it in no header that is installed.
int xc_get_pfn_type_batch(xc_interface *xch, uint32_t dom, unsigned int num, xen_pfn_t *arr);

int64_t domb_xc_domain_maximum_gpfn(struct domb_xen *xen, uint32_t domid)
{
    xen_pfn_t highest;

    return xc_domain_maximum_gpfn(xen->ctrl, domid, &highest) != 0 ? domb_errno() : (int64_t)highest;
}

int domb_xc_get_pfn_type_batch(struct domb_xen *xen, uint32_t domid, uint64_t first, uint32_t count, uint8_t *present)
{
    xen_pfn_t types[DOMB_FRAME_BATCH];

    if (count > DOMB_FRAME_BATCH)
        return -E2BIG;
    for (uint32_t i = 0; i < count; i++)
        types[i] = first + i;
    if (xc_get_pfn_type_batch(xen->ctrl, domid, count, types) != 0)
        return domb_errno();
    for (uint32_t i = 0; i < count; i++) {
        xen_pfn_t type = types[i] & XEN_DOMCTL_PFINFO_LTAB_MASK;

        // A broken page cannot be looked at: it counts as one that is there, and mapping it fails.
        present[i] = type != XEN_DOMCTL_PFINFO_XTAB;
    }
    return 0;
}

static void *map(struct domb_xen *xen, uint32_t domid, uint64_t first, size_t pages, int protection)
{
    xen_pfn_t *frames = calloc(pages, sizeof *frames);
    void *address;

    if (!frames) {
        errno = ENOMEM;
        return NULL;
    }
    for (size_t i = 0; i < pages; i++)
        frames[i] = first + i;
    // No error array: then a page that cannot be mapped fails the whole call.
    address = xenforeignmemory_map(xen->memory, domid, protection, pages, frames, NULL);
    free(frames);
    return address;
}

int domb_foreign_map(struct domb_xen *xen, uint32_t domid, uint64_t first, size_t pages, const void **out)
{
    *out = map(xen, domid, first, pages, PROT_READ);
    return *out ? 0 : domb_errno();
}

int domb_foreign_map_writable(struct domb_xen *xen, uint32_t domid, uint64_t first, size_t pages, void **out)
{
    *out = map(xen, domid, first, pages, PROT_READ | PROT_WRITE);
    return *out ? 0 : domb_errno();
}

void domb_foreign_unmap(struct domb_xen *xen, const void *address, size_t pages)
{
    xenforeignmemory_unmap(xen->memory, (void *)address, pages);
}

static int map_pages(void *xen, uint32_t domid, uint64_t first, size_t pages, const void **out)
{
    return domb_foreign_map(xen, domid, first, pages, out);
}

static void unmap_pages(void *xen, const void *address, size_t pages)
{
    domb_foreign_unmap(xen, address, pages);
}

// libxenforeignmemory keeps nothing between calls but its descriptors: threads may map at once.
struct domb_page_source domb_foreign_pages(struct domb_xen *xen)
{
    return (struct domb_page_source){ map_pages, unmap_pages, xen };
}

size_t domb_first_non_zero(const void *bytes, size_t size)
{
    static const uint8_t zeros[4096];
    const uint8_t *start = bytes;
    size_t done = 0;

    // The library's comparison goes by vectors.
    while (size - done >= sizeof zeros && memcmp(start + done, zeros, sizeof zeros) == 0)
        done += sizeof zeros;
    while (done < size && start[done] == 0)
        done++;
    return done;
}
