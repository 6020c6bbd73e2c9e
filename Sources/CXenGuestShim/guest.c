// SPDX-License-Identifier: Apache-2.0
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#include <xen/hvm/params.h>

// What libxl adds to the domain's memory for pages that are not RAM: special pages, ACPI tables, rings.
#define SLACK_KIB 1024
#define KIB_PER_PAGE 4
// Of the initial SIDs (xen/xsm/flask/policy/initial_sids) the one for domains of which nothing else is said. 0 would be
// "unlabeled", which no policy lets be created; without FLASK nobody looks.
#define FLASK_SID_DOMU 12

int domb_guest_begin(
    struct domb_xen *xen, struct domb_shape shape, const char *command_line, struct domb_guest **result)
{
    if (shape.vcpus == 0 || shape.memory_kib == 0 || shape.memory_kib % KIB_PER_PAGE != 0)
        return -EINVAL;
    struct domb_guest *guest = calloc(1, sizeof *guest);
    if (guest == NULL)
        return -ENOMEM;
    xen->logger.length = 0;
    guest->xen = xen;
    guest->shape = shape;
    guest->image = xc_dom_allocate(xen->xch, command_line, NULL);
    if (guest->image == NULL) {
        free(guest);
        return -ENOMEM;
    }
    guest->image->container_type = shape.pv ? XC_DOM_PV_CONTAINER : XC_DOM_HVM_CONTAINER;
    guest->image->device_model = false;
    guest->image->max_vcpus = shape.vcpus;
    *result = guest;
    return 0;
}

void domb_guest_end(struct domb_guest *guest)
{
    if (guest == NULL)
        return;
    free(guest->image->acpi_modules[0].data);
    xc_dom_release(guest->image);
    free(guest);
}

int domb_guest_open_kernel(struct domb_guest *guest, const char *path)
{
    return DOMB_STATUS(xc_dom_kernel_file(guest->image, path));
}

int domb_guest_add_module(struct domb_guest *guest, const char *path)
{
    return DOMB_STATUS(xc_dom_module_file(guest->image, path, NULL));
}

int domb_guest_set_acpi(struct domb_guest *guest, const void *tables, size_t size, uint64_t address)
{
    struct xc_hvm_firmware_module *module = &guest->image->acpi_modules[0];

    if (size == 0 || size > XC_PAGE_SIZE * 16 || address % XC_PAGE_SIZE != 0 || address < DOMB_LOW_MEMORY_END)
        return -EINVAL;
    uint8_t *copy = malloc(size);
    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, tables, size);
    free(module->data);
    module->data = copy;
    module->length = (uint32_t)size;
    module->guest_addr_out = address;
    return 0;
}

static bool host_has_iommu(xc_interface *xch)
{
    xc_physinfo_t info = { 0 };

    return xc_physinfo(xch, &info) == 0 && (info.capabilities & XEN_SYSCTL_PHYSCAP_directio);
}

struct xen_domctl_createdomain domb_guest_configuration(const struct domb_guest *guest, const uint8_t *handle)
{
    struct xen_domctl_createdomain config = {
        .flags = guest->shape.pv ? 0 : XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .ssidref = FLASK_SID_DOMU,
        .max_vcpus = guest->shape.vcpus,
        // -1: the hypervisor's default.
        .max_evtchn_port = -1,
        .max_grant_frames = -1,
        .max_maptrack_frames = -1,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch.emulation_flags = guest->shape.pv ? 0 : XEN_X86_EMU_LAPIC,
    };

    if (guest->shape.hardware && !guest->shape.pv)
        config.arch.emulation_flags |= XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI;
    if (guest->shape.devices && host_has_iommu(guest->xen->xch))
        config.flags |= XEN_DOMCTL_CDF_iommu;
    memcpy(config.handle, handle, sizeof config.handle);
    return config;
}

int domb_guest_create(struct domb_guest *guest, struct xen_domctl_createdomain config)
{
    uint32_t domid = guest->shape.domid;

    DOMB_TRY(xc_domain_create(guest->xen->xch, &domid, &config));
    // Up to Xen 4.20 a domid of 0 would have let Xen choose.
    return domid == guest->shape.domid ? 0 : -EINVAL;
}

// libxl's estimate of what HAP needs: a page for each MiB of p2m and its tables, 256 pages for each vcpu.
static uint64_t paging_pool_bytes(const struct domb_shape *shape)
{
    uint64_t kib = 4 * (256 * (uint64_t)shape->vcpus + 2 * (shape->memory_kib / 1024));

    return (kib + 1023) / 1024 << 20;
}

int domb_guest_set_limits(struct domb_guest *guest)
{
    const struct domb_shape *shape = &guest->shape;
    xc_interface *xch = guest->xen->xch;

    DOMB_TRY(xc_domain_max_vcpus(xch, shape->domid, shape->vcpus));
    DOMB_TRY(xc_domain_setmaxmem(xch, shape->domid, shape->memory_kib + SLACK_KIB));
    // A PV domain's tables are its own pages, and Xen gives it no pool.
    if (!shape->pv)
        DOMB_TRY(xc_set_paging_mempool_size(xch, shape->domid, paging_pool_bytes(shape)));
    DOMB_TRY(xc_cpuid_apply_policy(xch, shape->domid, false, NULL, 0, true, false, false, NULL, NULL));
    return 0;
}

int domb_guest_parse_kernel(struct domb_guest *guest)
{
    DOMB_TRY(xc_dom_boot_xen_init(guest->image, guest->xen->xch, guest->shape.domid));
    // The loaders set no errno when none of them knows the format.
    int status = DOMB_STATUS(xc_dom_parse_image(guest->image));
    return status == -EIO ? -ENOEXEC : status;
}

static void add_range(struct domb_guest *guest, uint64_t address, uint64_t size, uint32_t type)
{
    struct xc_dom_image *image = guest->image;

    if (size == 0)
        return;
    guest->memory_map[image->e820_entries++] = (struct e820entry){address, size, type};
}

static uint64_t whole_pages(uint64_t bytes)
{
    return (bytes + XC_PAGE_SIZE - 1) & XC_PAGE_MASK;
}

static void lay_out_memory(struct domb_guest *guest)
{
    struct xc_dom_image *image = guest->image;
    uint64_t bytes = guest->shape.memory_kib * 1024;
    uint64_t low = bytes < DOMB_LOW_MEMORY_END ? bytes : DOMB_LOW_MEMORY_END;

    image->lowmem_end = low;
    image->highmem_end = bytes > low ? DOMB_FOUR_GIB + (bytes - low) : 0;
    image->mmio_start = DOMB_LOW_MEMORY_END;
    image->mmio_size = DOMB_FOUR_GIB - DOMB_LOW_MEMORY_END;
    image->target_pages = bytes >> XC_PAGE_SHIFT;
    image->e820 = guest->memory_map;
    image->e820_entries = 0;
    add_range(guest, 0, low, E820_RAM);
    add_range(guest, image->acpi_modules[0].guest_addr_out, whole_pages(image->acpi_modules[0].length), E820_ACPI);
    add_range(
        guest, (uint64_t)(X86_HVM_END_SPECIAL_REGION - X86_HVM_NR_SPECIAL_PAGES) << XC_PAGE_SHIFT,
        (uint64_t)X86_HVM_NR_SPECIAL_PAGES << XC_PAGE_SHIFT, E820_RESERVED);
    add_range(guest, DOMB_FOUR_GIB, bytes - low, E820_RAM);
}

// What tot_pages counts: all of a PV domain's memory, its tables and rings among it.
static int populate_pv(struct domb_guest *guest)
{
    struct xc_dom_image *image = guest->image;

    if (strcmp(image->guest_type, "xen-3.0-x86_64") != 0)
        return -ENOTSUP;
    DOMB_TRY(xc_dom_mem_init(image, 1));
    image->total_pages = guest->shape.memory_kib / KIB_PER_PAGE;
    DOMB_TRY(xc_dom_boot_mem_init(image));
    return 0;
}

int domb_guest_populate(struct domb_guest *guest)
{
    struct xc_dom_image *image = guest->image;
    xc_interface *xch = guest->xen->xch;

    if (guest->shape.pv)
        return populate_pv(guest);
    lay_out_memory(guest);
    DOMB_TRY(xc_domain_set_memory_map(xch, guest->shape.domid, guest->memory_map, image->e820_entries));
    // xc_dom_mem_init counts in MiB; the page count set after it is exact.
    DOMB_TRY(xc_dom_mem_init(image, 1));
    image->total_pages = image->target_pages;
    DOMB_TRY(xc_dom_boot_mem_init(image));
    return 0;
}

int domb_guest_load(struct domb_guest *guest)
{
    DOMB_TRY(xc_dom_build_image(guest->image));
    int status = DOMB_STATUS(xc_dom_boot_image(guest->image));
    // libxenguest's last step, the vcpu, starts by saving the whole context, and Xen cannot save a hardware domain's
    // I/O APIC (vioapic.c, ioapic_save: ENODATA for a pin count that is not the emulated one).
    if (status == -ENODATA && guest->shape.hardware && !guest->shape.pv)
        return domb_hardware_vcpu(guest);
    return status;
}

int domb_guest_remove_store(struct domb_guest *guest)
{
    return DOMB_STATUS(xc_hvm_param_set(guest->xen->xch, guest->shape.domid, HVM_PARAM_STORE_PFN, 0));
}
