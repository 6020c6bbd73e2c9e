// SPDX-License-Identifier: Apache-2.0
// Grants by which others reach a domain's rings.
#include "xen_shim.h"

#include <xen/memory.h>

int domb_grant(struct domb_memory *memory, uint32_t domid, uint32_t reference, grant_entry_v1_t *grant, bool write)
{
    void *address = NULL;
    xenforeignmemory_resource_handle *table = xenforeignmemory_map_resource(
        domb_foreign_handle(memory), (domid_t)domid, XENMEM_resource_grant_table, XENMEM_resource_grant_table_id_shared, 0, 1, &address,
        PROT_READ | PROT_WRITE, 0);
    grant_entry_v1_t *entry;

    if (!table)
        return -1;
    entry = (grant_entry_v1_t *)address + reference;
    if (write) {
        entry->domid = grant->domid;
        entry->frame = grant->frame;
        // The flags make it valid: last.
        __atomic_store_n(&entry->flags, grant->flags, __ATOMIC_RELEASE);
    }
    *grant = *entry;
    return xenforeignmemory_unmap_resource(domb_foreign_handle(memory), table);
}
