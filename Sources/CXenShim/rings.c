// SPDX-License-Identifier: Apache-2.0
// Channels and grants by which others reach a domain's rings.
#include "internal.h"

#include <sys/mman.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

static xenforeignmemory_resource_handle *map_table(struct domb_xen *xen, uint32_t domid, grant_entry_v1_t **entries)
{
    void *address = NULL;
    xenforeignmemory_resource_handle *table = xenforeignmemory_map_resource(
        xen->memory, (domid_t)domid, XENMEM_resource_grant_table, XENMEM_resource_grant_table_id_shared, 0, 1, &address,
        PROT_READ | PROT_WRITE, 0);

    *entries = address;
    return table;
}

int domb_grant_write(struct domb_xen *xen, uint32_t domid, uint32_t reference, struct domb_grant grant)
{
    grant_entry_v1_t *entries;
    xenforeignmemory_resource_handle *table;

    if (reference >= GNTTAB_NR_RESERVED_ENTRIES)
        return -EINVAL;
    table = map_table(xen, domid, &entries);
    if (!table)
        return domb_errno();
    entries[reference].domid = grant.domid;
    entries[reference].frame = grant.frame;
    // The flags make it valid: last.
    __atomic_store_n(&entries[reference].flags, grant.permits ? GTF_permit_access : GTF_invalid, __ATOMIC_RELEASE);
    return domb_result(xenforeignmemory_unmap_resource(xen->memory, table));
}

int domb_grant_read(struct domb_xen *xen, uint32_t domid, uint32_t reference, struct domb_grant *grant)
{
    grant_entry_v1_t *entries;
    xenforeignmemory_resource_handle *table;

    if (reference >= GNTTAB_NR_RESERVED_ENTRIES)
        return -EINVAL;
    table = map_table(xen, domid, &entries);
    if (!table)
        return domb_errno();
    *grant = (struct domb_grant){ .frame = entries[reference].frame, .domid = entries[reference].domid,
                                  .permits = entries[reference].flags == GTF_permit_access };
    return domb_result(xenforeignmemory_unmap_resource(xen->memory, table));
}
