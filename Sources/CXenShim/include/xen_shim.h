// SPDX-License-Identifier: Apache-2.0
// One function for one permitted hypercall. Each returns a value >= 0, or -errno at once: Swift never reads errno.
// Structures of libxenctrl stay on this side, so that a change of interface version is a matter of this file.
#ifndef DOMB_XEN_SHIM_H
#define DOMB_XEN_SHIM_H

#include <stddef.h>
#include <stdint.h>

#include <hash_workers.h>

struct domb_xen;

struct domb_domain_info {
    uint64_t total_pages;
    uint64_t max_pages;
    uint64_t cpu_time;
    uint32_t vcpus;
    uint32_t ssidref;
    uint32_t cpupool;
    uint16_t domid;
    uint8_t paused;
    uint8_t shut_down;
    uint8_t dying;
    uint8_t hvm;
    uint8_t shutdown_reason;
    uint8_t handle[16];
};

// Opens libxenctrl, libxencall and libxenforeignmemory. -EPERM or -ENOENT: /dev/xen/privcmd is not there.
int domb_xen_open(struct domb_xen **out);
void domb_xen_close(struct domb_xen *xen);

// XENVER_version: major << 16 | minor.
int64_t domb_xen_version(struct domb_xen *xen);
// XENVER_extraversion2, XENVER_build_id, XENVER_commandline2: the bytes written. -ENOBUFS if they do not fit.
enum domb_version_text { DOMB_EXTRA_VERSION, DOMB_BUILD_ID, DOMB_COMMAND_LINE };
int64_t domb_xen_version_text(struct domb_xen *xen, enum domb_version_text which, void *buffer, size_t capacity);
// XENVER_get_features: 1 if XENFEAT_dom0 is set.
int domb_xen_is_hardware_domain(struct domb_xen *xen);
// 0 or 1 as FLASK enforces, -ENOSYS without FLASK.
int domb_xc_flask_getenforce(struct domb_xen *xen);
struct domb_host {
    uint64_t total_pages;
    // Neither owned nor claimed.
    uint64_t free_pages;
    uint32_t cpus;
    uint32_t nodes;
    uint8_t iommu;
};
int domb_xc_physinfo(struct domb_xen *xen, struct domb_host *out);
// First frame and end of each range of RAM, frames that are so in part included; returns the count of ranges. -ENOBUFS if
// there are more than capacity.
int64_t domb_xc_machine_ram(struct domb_xen *xen, uint64_t *frames, size_t capacity);
int64_t domb_xc_sched_id(struct domb_xen *xen);

// Fills at most capacity entries from domid first on; returns their count.
int64_t domb_xc_domain_getinfolist(struct domb_xen *xen, uint32_t first, uint32_t capacity, struct domb_domain_info *out);
int domb_xc_domain_getinfo_single(struct domb_xen *xen, uint32_t domid, struct domb_domain_info *out);
// struct hvm_hw_cpu of vcpu 0, with a tsc of zero. size: that of the caller's buffer, -ENOBUFS if it is not the structure's.
int domb_xc_vcpu_registers(struct domb_xen *xen, uint32_t domid, void *registers, size_t size,
                           uint64_t *instruction_pointer, uint64_t *start_info);
// 1 if the vcpu is not down.
int domb_xc_vcpu_online(struct domb_xen *xen, uint32_t domid, uint32_t vcpu);
int domb_xc_hvm_param_get(struct domb_xen *xen, uint32_t domid, uint32_t parameter, uint64_t *value);

int domb_xc_domain_max_vcpus(struct domb_xen *xen, uint32_t domid, uint32_t count);
int domb_xc_domain_setmaxmem(struct domb_xen *xen, uint32_t domid, uint64_t kibibytes);
// Bitmaps of 64-bit words, cpu 0 in bit 0; NULL leaves that affinity as it is.
int domb_xc_vcpu_setaffinity(struct domb_xen *xen, uint32_t domid, uint32_t vcpu, const uint64_t *hard, size_t hard_words,
                             const uint64_t *soft, size_t soft_words);
// Returns the words that each map has; at most capacity are written.
int64_t domb_xc_vcpu_getaffinity(struct domb_xen *xen, uint32_t domid, uint32_t vcpu, uint64_t *hard, uint64_t *soft,
                                 size_t capacity);
// The port that Xen gave.
int64_t domb_xc_evtchn_alloc_unbound(struct domb_xen *xen, uint32_t domid, uint32_t remote);
// The domid that an unbound port waits for, DOMB_NOT_UNBOUND for a port in another state.
enum { DOMB_NOT_UNBOUND = 0x10000 };
int64_t domb_xc_evtchn_unbound_remote(struct domb_xen *xen, uint32_t domid, uint32_t port);
// XEN_DOMCTL_get_cpu_policy and XEN_DOMCTL_set_cpu_policy of one leaf: EAX, EBX, ECX, EDX; zeros where it is not there.
int domb_cpuid_get(struct domb_xen *xen, uint32_t domid, uint32_t leaf, uint32_t subleaf, uint32_t registers[4]);
int domb_cpuid_set(struct domb_xen *xen, uint32_t domid, uint32_t leaf, uint32_t subleaf, const uint32_t registers[4]);

struct domb_cpupool {
    uint32_t number;
    uint32_t scheduler;
};

// The pool with this number or the next greater one; -ENOENT where there is none.
int domb_xc_cpupool_getinfo(struct domb_xen *xen, uint32_t first, struct domb_cpupool *out, uint64_t *cpus,
                            size_t capacity);
int domb_xc_cpupool_create(struct domb_xen *xen, uint32_t number, uint32_t scheduler);
int domb_xc_cpupool_addcpu(struct domb_xen *xen, uint32_t number, uint32_t cpu);
int domb_xc_cpupool_removecpu(struct domb_xen *xen, uint32_t number, uint32_t cpu);
int domb_xc_cpupool_movedomain(struct domb_xen *xen, uint32_t number, uint32_t domid);
int domb_xc_sched_credit2_domain_set(struct domb_xen *xen, uint32_t domid, uint16_t weight, uint16_t cap);
int domb_xc_sched_credit2_domain_get(struct domb_xen *xen, uint32_t domid, uint16_t *weight, uint16_t *cap);
int domb_xc_sched_credit_domain_set(struct domb_xen *xen, uint32_t domid, uint16_t weight, uint16_t cap);
int domb_xc_sched_credit_domain_get(struct domb_xen *xen, uint32_t domid, uint16_t *weight, uint16_t *cap);
int domb_xc_sched_rtds_domain_set(struct domb_xen *xen, uint32_t domid, uint32_t period, uint32_t budget);
int domb_xc_sched_rtds_vcpu_get(struct domb_xen *xen, uint32_t domid, uint32_t vcpu, uint32_t *period, uint32_t *budget);
// Bitmaps of 64-bit words, node 0 in bit 0.
int domb_xc_domain_node_setaffinity(struct domb_xen *xen, uint32_t domid, const uint64_t *nodes, size_t words);
int domb_xc_domain_node_getaffinity(struct domb_xen *xen, uint32_t domid, uint64_t *nodes, size_t capacity);
int domb_xc_domain_set_tsc_mode(struct domb_xen *xen, uint32_t domid, uint32_t mode);
int64_t domb_xc_domain_get_tsc_mode(struct domb_xen *xen, uint32_t domid);
int domb_xc_hvm_param_set(struct domb_xen *xen, uint32_t domid, uint32_t parameter, uint64_t value);
// The SID of a context of size bytes without a zero.
int64_t domb_xc_flask_context_to_sid(struct domb_xen *xen, const uint8_t *context, size_t size);
int domb_xc_flask_relabel_domain(struct domb_xen *xen, uint32_t domid, uint32_t sid);

// Each permits, maps or assigns; DomB takes nothing back.
int domb_xc_domain_ioport_permission(struct domb_xen *xen, uint32_t domid, uint32_t first, uint32_t count);
int domb_xc_domain_ioport_mapping(struct domb_xen *xen, uint32_t domid, uint32_t first, uint32_t count);
int domb_xc_domain_iomem_permission(struct domb_xen *xen, uint32_t domid, uint64_t mfn, uint64_t count);
int domb_xc_domain_memory_mapping(struct domb_xen *xen, uint32_t domid, uint64_t gfn, uint64_t mfn, uint64_t count);
int domb_xc_domain_gsi_permission(struct domb_xen *xen, uint32_t domid, uint32_t gsi);
int domb_xc_test_assign_device(struct domb_xen *xen, uint32_t domid, uint32_t sbdf);
int domb_xc_assign_device(struct domb_xen *xen, uint32_t domid, uint32_t sbdf);
int domb_xc_domain_sethandle(struct domb_xen *xen, uint32_t domid, const uint8_t handle[16]);
int domb_xc_domain_unpause(struct domb_xen *xen, uint32_t domid);

// SCHEDOP_remote_shutdown with SHUTDOWN_reboot, or SHUTDOWN_poweroff where reboot is zero.
int domb_xc_domain_shutdown(struct domb_xen *xen, uint32_t domid, int reboot);

int64_t domb_xc_domain_maximum_gpfn(struct domb_xen *xen, uint32_t domid);
// One byte for each of at most DOMB_FRAME_BATCH frames from first on: 1 where the domain has a page there.
enum { DOMB_FRAME_BATCH = 1024 };
int domb_xc_get_pfn_type_batch(struct domb_xen *xen, uint32_t domid, uint64_t first, uint32_t count, uint8_t *present);

// VIRQ_DOM_EXC for this domain, which takes it over first where boot_domain is its domid and not negative.
int domb_watch_domains(struct domb_xen *xen, int64_t boot_domain);
// Until a domain shuts down or dies, or so much time has passed.
int domb_wait_for_event(struct domb_xen *xen, uint64_t microseconds);
// Closes the channel, and gives VIRQ_DOM_EXC to a domain where the domid is not negative.
int domb_end_watch(struct domb_xen *xen, int64_t hand_over);

// Maps pages read-only from guest frame first on. Every page or none.
int domb_foreign_map(struct domb_xen *xen, uint32_t domid, uint64_t first, size_t pages, const void **out);
int domb_foreign_map_writable(struct domb_xen *xen, uint32_t domid, uint64_t first, size_t pages, void **out);
void domb_foreign_unmap(struct domb_xen *xen, const void *address, size_t pages);
// For threads that hash; good as long as xen is.
struct domb_page_source domb_foreign_pages(struct domb_xen *xen);

// The place of the first byte that is not zero; size if all are.
size_t domb_first_non_zero(const void *bytes, size_t size);

// One multicall: unpauses each domain, whatever comes of the others, and shuts the calling domain down
// (SHUTDOWN_poweroff). Returns only if Xen refuses that: -errno, and in results zero or -errno for each domain.
int domb_shutdown_multicall(struct domb_xen *xen, const uint16_t *domids, size_t count, int32_t *results);

// A connection to xenstored: through its socket, or by the kernel's. Opening an open one is fine.
int domb_xs_open(struct domb_xen *xen);
void domb_xs_close(struct domb_xen *xen);
// One transaction at a time: -EBUSY. What is written and read after it belongs to it.
int domb_xs_transaction_start(struct domb_xen *xen);
// 1 if all of it was done, 0 if others were quicker: EAGAIN.
int domb_xs_transaction_end(struct domb_xen *xen, int abort);
// Paths end in zero.
int domb_xs_write(struct domb_xen *xen, const char *path, const void *value, size_t size);
// The owner first, who may do everything; those after it may read, and nobody else may do anything.
int domb_xs_set_permissions(struct domb_xen *xen, const char *path, const uint16_t *domids, size_t count);
// The value's length, or -ENOENT; -ENOBUFS if it does not fit.
int64_t domb_xs_read(struct domb_xen *xen, const char *path, void *buffer, size_t capacity);
int domb_xs_introduce_domain(struct domb_xen *xen, uint32_t domid, uint64_t gfn, uint32_t port);
int domb_xs_is_domain_introduced(struct domb_xen *xen, uint32_t domid);
int domb_xs_watch(struct domb_xen *xen, const char *path);
// 1 if a watch fired, 0 if none did in so many milliseconds.
int domb_xs_wait(struct domb_xen *xen, int milliseconds);

// Entries of the first frame of a domain's grant table, version 1, by XENMEM_resource_grant_table.
struct domb_grant {
    uint32_t frame;
    uint16_t domid;
    // Whether it grants anything.
    uint8_t permits;
};
int domb_grant_write(struct domb_xen *xen, uint32_t domid, uint32_t reference, struct domb_grant grant);
int domb_grant_read(struct domb_xen *xen, uint32_t domid, uint32_t reference, struct domb_grant *grant);

#endif
