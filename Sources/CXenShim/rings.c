// SPDX-License-Identifier: Apache-2.0
// Channels and grants by which others reach a domain's rings.
#include "internal.h"

#include <sys/mman.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

// One of the reserved entries, in a mapping of the table's first frame.
static xenforeignmemory_resource_handle *map_entry(
    struct domb_xen *xen, uint32_t domid, uint32_t reference, grant_entry_v1_t **entry)
{
    xenforeignmemory_resource_handle *table;
    void *address = NULL;

    if (reference >= GNTTAB_NR_RESERVED_ENTRIES) {
        errno = EINVAL;
        return NULL;
    }
    table = xenforeignmemory_map_resource(
        xen->memory, (domid_t)domid, XENMEM_resource_grant_table, XENMEM_resource_grant_table_id_shared, 0, 1, &address,
        PROT_READ | PROT_WRITE, 0);
    *entry = (grant_entry_v1_t *)address + reference;
    return table;
}

int domb_grant_write(struct domb_xen *xen, uint32_t domid, uint32_t reference, struct domb_grant grant)
{
    grant_entry_v1_t *entry;
    xenforeignmemory_resource_handle *table = map_entry(xen, domid, reference, &entry);

    if (!table)
        return domb_errno();
    entry->domid = grant.domid;
    entry->frame = grant.frame;
    // The flags make it valid: last.
    __atomic_store_n(&entry->flags, grant.permits ? GTF_permit_access : GTF_invalid, __ATOMIC_RELEASE);
    return domb_result(xenforeignmemory_unmap_resource(xen->memory, table));
}

int domb_grant_read(struct domb_xen *xen, uint32_t domid, uint32_t reference, struct domb_grant *grant)
{
    grant_entry_v1_t *entry;
    xenforeignmemory_resource_handle *table = map_entry(xen, domid, reference, &entry);

    if (!table)
        return domb_errno();
    *grant = (struct domb_grant){ .frame = entry->frame, .domid = entry->domid,
                                  .permits = entry->flags == GTF_permit_access };
    return domb_result(xenforeignmemory_unmap_resource(xen->memory, table));
}
