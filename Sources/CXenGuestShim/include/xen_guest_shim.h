// SPDX-License-Identifier: Apache-2.0
//
// Building PVH and PV domains with libxenctrl and libxenguest, one function for one step, in the order in which they stand
// here. Each returns 0 or -errno and prints nothing. There is no function that unpauses: a domain is left as
// XEN_DOMCTL_createdomain makes it, paused.
#ifndef DOMB_XEN_GUEST_SHIM_H
#define DOMB_XEN_GUEST_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

struct domb_xen;
struct domb_guest;

int domb_xen_open(struct domb_xen **result);
// Closes the handles: no descriptor stays. Fine with NULL.
void domb_xen_close(struct domb_xen *xen);
// Copies what the libraries said first about an error since the last guest was begun, without an end mark; returns
// its length, at most `capacity`.
size_t domb_xen_message(const struct domb_xen *xen, void *buffer, size_t capacity);

// Copies Xen's command line, of which Xen keeps 1,023 characters; returns its length or -errno.
int64_t domb_xen_command_line(struct domb_xen *xen, void *buffer, size_t capacity);

// Gives the calling domain another FLASK label, for good. -ENOSYS where there is no FLASK, -EINVAL where its policy does
// not know the label.
int domb_relabel_self(struct domb_xen *xen, const char *label);
// 1 where FLASK enforces its policy, 0 where it only logs.
int domb_flask_enforces(struct domb_xen *xen);

struct domb_shape {
    uint32_t domid;
    uint32_t vcpus;
    // A multiple of 4.
    uint64_t memory_kib;
    // The hardware domain of a hypervisor with LATE_HWDOM: xen/arch/x86/domain.c, emulation_flags_ok() wants a
    // local APIC, an I/O APIC and virtual PCI for it.
    bool hardware;
    // It is to get PCI devices: what it is created without can never be had. Without effect where Xen uses no IOMMU,
    // which the plan refuses with its reason.
    bool devices;
    // A PV domain, not a PVH one.
    bool pv;
};

// Begins a guest; nothing is created yet. `domb_guest_end` releases it, and leaves what was created.
int domb_guest_begin(
    struct domb_xen *xen, struct domb_shape shape, const char *command_line, struct domb_guest **result);
void domb_guest_end(struct domb_guest *guest);

// Maps the image and, for a bzImage, decompresses its payload.
int domb_guest_open_kernel(struct domb_guest *guest, const char *path);
// libxenguest takes two: XG_MAX_MODULES.
int domb_guest_add_module(struct domb_guest *guest, const char *path);
// ACPI tables of a PVH domain, the RSDP first, for guest-physical `address`. The bytes are copied.
int domb_guest_set_acpi(struct domb_guest *guest, const void *tables, size_t size, uint64_t address);

// What XEN_DOMCTL_createdomain is told of such a shape, with the 16 bytes of handle.
struct xen_domctl_createdomain domb_guest_configuration(const struct domb_guest *guest, const uint8_t *handle);
// XEN_DOMCTL_createdomain with the shape's domid.
int domb_guest_create(struct domb_guest *guest, struct xen_domctl_createdomain config);
// Vcpus, the most memory, a PVH domain's paging pool, and the cpuid policy.
int domb_guest_set_limits(struct domb_guest *guest);
// Finds the loader for the kernel. -ENOEXEC if libxenguest has none.
int domb_guest_parse_kernel(struct domb_guest *guest);
// A PVH domain's memory map, then the memory itself. -ENOTSUP for a PV kernel that is not 64-bit.
int domb_guest_populate(struct domb_guest *guest);
// Loads kernel, ramdisk, and a PVH domain's ACPI tables or a PV domain's page tables, writes the start info and sets the
// first vcpu's registers.
int domb_guest_load(struct domb_guest *guest);
// Tells a PVH guest that there is no xenstore: HVM_PARAM_STORE_PFN 0. A Linux guest waits for one otherwise; a PV guest goes
// by its start info's event channel, which is 0.
int domb_guest_remove_store(struct domb_guest *guest);

#endif
