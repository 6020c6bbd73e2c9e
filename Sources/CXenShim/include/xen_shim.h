// SPDX-License-Identifier: Apache-2.0
// libxenctrl and its kin, for Swift to call, and what of Xen's interface Swift cannot express: hypercall buffers, macros, and
// where Xen 4.17 differs. Each function gives a value >= 0, or -1 with errno, as the libraries do.
#ifndef DOMB_XEN_SHIM_H
#define DOMB_XEN_SHIM_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <xencall.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xenstore.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm/save.h>
#include <xen/sched.h>
#include <xen/version.h>

#include <hash_workers.h>
#include <xen_interface.h>
#include <xen_release.h>

// Why the last call failed. One that left errno at zero has failed all the same.
static inline int domb_errno(void)
{
    return errno ? errno : EIO;
}

#ifdef XENVER_extraversion2
enum { DOMB_TEXTS_HAVE_SIZE = 1 };
#else
// Xen 4.17 and 4.18: of its texts only the build id says its size.
enum { DOMB_TEXTS_HAVE_SIZE = 0 };
#define XENVER_extraversion2 XENVER_extraversion
#define XENVER_commandline2 XENVER_commandline
#endif

#if DOMB_XEN_MINOR < 18
// It has the list alone, which goes on with the next domain where this one is missing.
static inline int xc_domain_getinfo_single(xc_interface *xch, uint32_t domid, xc_domaininfo_t *info)
{
    int count = xc_domain_getinfolist(xch, domid, 1, info);

    if (count == 1 && info->domain == domid)
        return 0;
    if (count >= 0)
        errno = ESRCH;
    return -1;
}
#endif

#ifndef XEN_DOMCTL_GSI_GRANT
enum { XEN_DOMCTL_GSI_GRANT = 1 };

// Before Xen 4.20 there is only the way by a pirq of the caller's.
static inline int xc_domain_gsi_permission(xc_interface *xch, uint32_t domid, uint32_t gsi, uint32_t flags)
{
    (void)xch, (void)domid, (void)gsi, (void)flags;
    errno = EOPNOTSUPP;
    return -1;
}
#endif

// libxenctrl exports it for libxenguest and declares it in no header that is installed.
int xc_get_pfn_type_batch(xc_interface *xch, uint32_t dom, unsigned int num, xen_pfn_t *arr);

// Of one vcpu's registers among the records of a domain's state.
enum { DOMB_SAVE_CPU = HVM_SAVE_CODE(CPU) };

// XENVER_*: `data` as the request has it, to Xen and back.
int domb_xen_version(xencall_handle *xen, int request, void *data, size_t size);
// XEN_DOMCTL_get_cpu_policy or XEN_DOMCTL_set_cpu_policy. count: in how many leaves there are, out how many Xen has.
int domb_cpu_policy(xencall_handle *xen, uint32_t command, uint32_t domid, xen_cpuid_leaf_t *leaves, uint32_t *count);

// libxenforeignmemory, and the lists of machine frames of PV domains.
struct domb_memory;
struct domb_memory *domb_memory_open(xentoollog_logger *logger);
void domb_memory_close(struct domb_memory *memory);
xenforeignmemory_handle *domb_foreign_handle(struct domb_memory *memory);
// From here on a frame of the domain is one of this list, which is copied; before, and for other domains, it is Xen's to
// understand: a guest frame, or of a PV domain a machine frame. Not while threads hash.
int domb_translate(struct domb_memory *memory, uint32_t domid, const uint64_t *frames, size_t count);
// Maps pages from frame first on. Every page or none.
void *domb_foreign_map(struct domb_memory *memory, uint32_t domid, uint64_t first, size_t pages, int protection);
void domb_foreign_unmap(struct domb_memory *memory, void *address, size_t pages);
// For threads that hash; good as long as memory is.
struct domb_page_source domb_foreign_pages(struct domb_memory *memory);

// The place of the first byte that is not zero; size if all are.
size_t domb_first_non_zero(const void *bytes, size_t size);

// Writes if asked to, then reads, one of the reserved entries of the first frame of a domain's grant table, version 1, by
// XENMEM_resource_grant_table.
int domb_grant(struct domb_memory *memory, uint32_t domid, uint32_t reference, grant_entry_v1_t *grant, bool write);

// One multicall: unpauses each domain, whatever comes of the others, and shuts the calling domain down
// (SHUTDOWN_poweroff). Returns only if Xen refuses that: its errno, and in results zero or the errno for each domain.
int domb_shutdown_multicall(xencall_handle *xen, const uint16_t *domids, size_t count, int32_t *results);

// xs_open(0), whose requests fail with EAGAIN and a closed socket once nothing has come for so long. The socket is told, -1
// where it is the kernel's device.
struct xs_handle *domb_xs_open(uint64_t microseconds, int *socket_fd);
// Whether the descriptor is open and a socket.
int domb_is_socket(int fd);

#endif
