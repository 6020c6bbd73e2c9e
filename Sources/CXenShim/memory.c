// SPDX-License-Identifier: Apache-2.0
// A domain's memory.
#include "xen_shim.h"

#include <string.h>

void *domb_foreign_map(xenforeignmemory_handle *memory, uint32_t domid, uint64_t first, size_t pages, int protection)
{
    xen_pfn_t *frames = calloc(pages, sizeof *frames);
    void *address;

    if (!frames)
        return NULL;
    for (size_t i = 0; i < pages; i++)
        frames[i] = first + i;
    // No error array: then a page that cannot be mapped fails the whole call.
    address = xenforeignmemory_map(memory, domid, protection, pages, frames, NULL);
    free(frames);
    return address;
}

static int map_pages(void *memory, uint32_t domid, uint64_t first, size_t pages, const void **out)
{
    *out = domb_foreign_map(memory, domid, first, pages, PROT_READ);
    return *out ? 0 : -domb_errno();
}

static void unmap_pages(void *memory, const void *address, size_t pages)
{
    xenforeignmemory_unmap(memory, (void *)address, pages);
}

// libxenforeignmemory keeps nothing between calls but its descriptors: threads may map at once.
struct domb_page_source domb_foreign_pages(xenforeignmemory_handle *memory)
{
    return (struct domb_page_source){ map_pages, unmap_pages, memory };
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
