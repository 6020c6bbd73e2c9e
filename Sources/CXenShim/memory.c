// SPDX-License-Identifier: Apache-2.0
// A domain's memory.
#include "xen_shim.h"

#include <string.h>

// The machine frames of a PV domain, in the order of its own.
struct frame_list {
    struct frame_list *next;
    uint32_t domid;
    size_t count;
    xen_pfn_t frames[];
};

struct domb_memory {
    xenforeignmemory_handle *xen;
    struct frame_list *lists;
};

struct domb_memory *domb_memory_open(xentoollog_logger *logger)
{
    struct domb_memory *memory = calloc(1, sizeof *memory);

    if (!memory)
        return NULL;
    memory->xen = xenforeignmemory_open(logger, 0);
    if (memory->xen)
        return memory;
    free(memory);
    return NULL;
}

void domb_memory_close(struct domb_memory *memory)
{
    if (!memory)
        return;
    while (memory->lists) {
        struct frame_list *list = memory->lists;

        memory->lists = list->next;
        free(list);
    }
    xenforeignmemory_close(memory->xen);
    free(memory);
}

xenforeignmemory_handle *domb_foreign_handle(struct domb_memory *memory)
{
    return memory->xen;
}

int domb_translate(struct domb_memory *memory, uint32_t domid, const uint64_t *frames, size_t count)
{
    struct frame_list *list = calloc(1, sizeof *list + count * sizeof *list->frames);

    if (!list)
        return -1;
    list->domid = domid;
    list->count = count;
    for (size_t i = 0; i < count; i++)
        list->frames[i] = frames[i];
    // The latest is found first.
    list->next = memory->lists;
    memory->lists = list;
    return 0;
}

static const struct frame_list *list_of(const struct domb_memory *memory, uint32_t domid)
{
    const struct frame_list *list = memory->lists;

    while (list && list->domid != domid)
        list = list->next;
    return list;
}

void *domb_foreign_map(struct domb_memory *memory, uint32_t domid, uint64_t first, size_t pages, int protection)
{
    const struct frame_list *list = list_of(memory, domid);
    xen_pfn_t *frames;
    void *address;

    if (list && (first >= list->count || pages > list->count - first)) {
        errno = EINVAL;
        return NULL;
    }
    frames = calloc(pages, sizeof *frames);
    if (!frames)
        return NULL;
    for (size_t i = 0; i < pages; i++)
        frames[i] = list ? list->frames[first + i] : first + i;
    // No error array: then a page that cannot be mapped fails the whole call.
    address = xenforeignmemory_map(memory->xen, domid, protection, pages, frames, NULL);
    free(frames);
    return address;
}

void domb_foreign_unmap(struct domb_memory *memory, void *address, size_t pages)
{
    xenforeignmemory_unmap(memory->xen, address, pages);
}

static int map_pages(void *memory, uint32_t domid, uint64_t first, size_t pages, const void **out)
{
    *out = domb_foreign_map(memory, domid, first, pages, PROT_READ);
    return *out ? 0 : -domb_errno();
}

static void unmap_pages(void *memory, const void *address, size_t pages)
{
    domb_foreign_unmap(memory, (void *)address, pages);
}

// libxenforeignmemory keeps nothing between calls but its descriptors: threads may map at once.
struct domb_page_source domb_foreign_pages(struct domb_memory *memory)
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
