// SPDX-License-Identifier: Apache-2.0
#include "xen_interface.h"

#include <errno.h>
#include <string.h>

#include <xen_release.h>
#include <xencall.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>
#include <xen/version.h>

// Xen has counted one up in ten years.
#define MOST_NUMBERS 0x40

#define BUILT { DOMB_XEN_RELEASE, XEN_DOMCTL_INTERFACE_VERSION, XEN_SYSCTL_INTERFACE_VERSION }

// Elf64_Nhdr, name, value: for `domb predict`, which has the program's file.
__attribute__((section(".note.DomB"), used, aligned(4))) static const struct {
    uint32_t name_size, value_size, type;
    char name[8];
    struct domb_interface value;
} note = { sizeof "DomB", sizeof(struct domb_interface), 1, "DomB", BUILT };

static struct domb_interface spoken = BUILT;

struct domb_interface domb_built_interface(void)
{
    return note.value;
}

void domb_speak(struct domb_interface interface)
{
    spoken = interface;
}

uint32_t domb_domctl_number(void)
{
    return spoken.domctl;
}

int domb_context_to_sid(xc_interface *xch, char *text, uint32_t size, uint32_t *sid)
{
#if DOMB_XEN_MINOR < 23
    return xc_flask_context_to_sid(xch, text, size, sid);
#else
    (void)size;
    return xc_flask_context_to_sid(xch, text, sid);
#endif
}

int __real_xencall1(xencall_handle *xen, unsigned int op, uint64_t argument);

// Every call of one argument in this program comes here (the linker's --wrap): libxenctrl's domctls and sysctls among them.
// The number is their second word. What has another one than libxenctrl's is not ours to change.
int __wrap_xencall1(xencall_handle *xen, unsigned int op, uint64_t argument)
{
    uint32_t *words = (uint32_t *)(uintptr_t)argument;

    if (op == __HYPERVISOR_domctl && words[1] == XEN_DOMCTL_INTERFACE_VERSION)
        words[1] = spoken.domctl;
    else if (op == __HYPERVISOR_sysctl && words[1] == XEN_SYSCTL_INTERFACE_VERSION)
        words[1] = spoken.sysctl;
    return __real_xencall1(xen, op, argument);
}

// The number that Xen takes for a call whose second word it is; 0 for none. Before anything else Xen answers EACCES to a
// wrong one.
static uint32_t number_of(xencall_handle *xen, unsigned int op, uint32_t *words, size_t size)
{
    uint32_t *copy = xencall_alloc_buffer(xen, size);
    uint32_t number = 0;

    for (uint32_t next = 1; copy && number == 0 && next < MOST_NUMBERS; next++) {
        memcpy(copy, words, size);
        copy[1] = next;
        if (__real_xencall1(xen, op, (uintptr_t)copy) >= 0 || errno != EACCES)
            number = next;
    }
    xencall_free_buffer(xen, copy);
    return number;
}

int domb_running_interface(struct domb_interface *running)
{
    // Of a domain that there cannot be: ESRCH, before any policy is asked.
    struct xen_domctl domctl = { .cmd = XEN_DOMCTL_unpausedomain, .domain = DOMID_INVALID };
    // What everybody is allowed who can use Xen at all.
    struct xen_sysctl sysctl = { .cmd = XEN_SYSCTL_physinfo };
    xencall_handle *xen;
    int version;

    errno = 0;
    xen = xencall_open(domb_quiet_logger(), 0);
    if (!xen)
        return errno ? -errno : -EIO;
    version = xencall2(xen, __HYPERVISOR_xen_version, XENVER_version, 0);
    if (version >= 0)
        *running = (struct domb_interface){
            .version = (uint32_t)version,
            .domctl = number_of(xen, __HYPERVISOR_domctl, (uint32_t *)&domctl, sizeof domctl),
            .sysctl = number_of(xen, __HYPERVISOR_sysctl, (uint32_t *)&sysctl, sizeof sysctl),
        };
    else
        version = errno ? -errno : -EIO;
    xencall_close(xen);
    return version < 0 ? version : 0;
}
