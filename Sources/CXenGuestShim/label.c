// SPDX-License-Identifier: Apache-2.0
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#include <xen_interface.h>

int domb_relabel_self(struct domb_xen *xen, const char *label)
{
    // libxenctrl writes its bounce buffer back.
    char *copy = strdup(label);
    uint32_t sid;
    int status;

    if (copy == NULL)
        return -ENOMEM;
    status = DOMB_STATUS(domb_context_to_sid(xen->xch, copy, (uint32_t)strlen(copy), &sid));
    free(copy);
    return status == 0 ? DOMB_STATUS(xc_flask_relabel_domain(xen->xch, DOMID_SELF, sid)) : status;
}

int domb_flask_enforces(struct domb_xen *xen)
{
    int enforces = xc_flask_getenforce(xen->xch);

    return enforces < 0 ? errno ? -errno : -EIO : enforces;
}
