// SPDX-License-Identifier: Apache-2.0
// What libxenguest's last step does (xg_dom_x86.c, vcpu_hvm), without saving the context that Xen cannot save.
#define XC_WANT_COMPAT_MAP_FOREIGN_API
#include "guest.h"

#include <cpuid.h>
#include <string.h>
#include <sys/mman.h>

#include <xen/xen.h>
#include <xen/hvm/save.h>
#include <xen/arch-x86/hvm/start_info.h>

#define CR0_PE_ET 0x11
#define DR6_DEFAULT 0xffff0ff0
#define DR7_DEFAULT 0x400
#define MTRR_ENABLE_WRITE_BACK (1 << 11 | 6)

#define RECORD(TYPE)                                        \
    struct {                                                \
        struct hvm_save_descriptor descriptor;              \
        HVM_SAVE_TYPE(TYPE) value;                          \
    }
#define DESCRIPTOR(TYPE, INSTANCE)                                                              \
    (struct hvm_save_descriptor)                                                                \
    {                                                                                           \
        .typecode = HVM_SAVE_CODE(TYPE), .instance = (INSTANCE), .length = HVM_SAVE_LENGTH(TYPE) \
    }

// Xen checks magic and version, and merely remarks on another cpu (arch_hvm_check in hvm/domain.c); a TSC frequency
// of zero keeps the domain's own.
static HVM_SAVE_TYPE(HEADER) context_header(void)
{
    unsigned eax = 0, ebx, ecx, edx;

    __get_cpuid(1, &eax, &ebx, &ecx, &edx);
    return (HVM_SAVE_TYPE(HEADER)){.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION, .cpuid = eax};
}

// The start info is written just before the step that fails: without it the failure was another one.
static int check_start_info(struct domb_guest *guest)
{
    xc_interface *xch = guest->xen->xch;
    uint32_t magic = 0;
    void *page = xc_map_foreign_range(
        xch, guest->shape.domid, XC_PAGE_SIZE, PROT_READ, guest->image->start_info_seg.pfn);

    if (page == NULL)
        return errno ? -errno : -EIO;
    memcpy(&magic, page, sizeof magic);
    munmap(page, XC_PAGE_SIZE);
    return magic == XEN_HVM_START_MAGIC_VALUE ? 0 : -ENODATA;
}

static int enable_mtrr(struct domb_guest *guest, uint32_t vcpu)
{
    struct {
        RECORD(HEADER) header;
        RECORD(MTRR) mtrr;
        RECORD(END) end;
    } context;

    memset(&context, 0, sizeof context);
    context.header.descriptor = DESCRIPTOR(HEADER, 0);
    context.header.value = context_header();
    context.mtrr.descriptor = DESCRIPTOR(MTRR, (uint16_t)vcpu);
    DOMB_TRY(xc_domain_hvm_getcontext_partial(
        guest->xen->xch, guest->shape.domid, HVM_SAVE_CODE(MTRR), (uint16_t)vcpu, &context.mtrr.value,
        sizeof context.mtrr.value));
    context.mtrr.value.msr_mtrr_def_type = MTRR_ENABLE_WRITE_BACK;
    context.end.descriptor = DESCRIPTOR(END, 0);
    DOMB_TRY(xc_domain_hvm_setcontext(guest->xen->xch, guest->shape.domid, (uint8_t *)&context, sizeof context));
    return 0;
}

// The PVH boot protocol's state: flat 32-bit segments, no paging, ebx at the start info.
static void set_registers(HVM_SAVE_TYPE(CPU) *cpu, uint32_t entry, uint64_t start_info)
{
    cpu->cs_limit = cpu->ds_limit = cpu->es_limit = cpu->ss_limit = ~0u;
    cpu->tr_limit = 0x67;
    cpu->cs_arbytes = 0xc9b;
    cpu->ds_arbytes = cpu->es_arbytes = cpu->ss_arbytes = 0xc93;
    cpu->tr_arbytes = 0x8b;
    cpu->cr0 = CR0_PE_ET;
    cpu->rip = entry;
    cpu->rbx = start_info;
    cpu->dr6 = DR6_DEFAULT;
    cpu->dr7 = DR7_DEFAULT;
}

int domb_hardware_vcpu(struct domb_guest *guest)
{
    struct {
        RECORD(HEADER) header;
        RECORD(CPU) cpu;
        RECORD(END) end;
    } context;
    struct xc_dom_image *image = guest->image;
    uint32_t entry;

    DOMB_TRY(check_start_info(guest));
    DOMB_TRY(domb_elf_entry(image->kernel_blob, image->kernel_size, &entry));
    for (uint32_t vcpu = 0; vcpu < guest->shape.vcpus; vcpu++)
        DOMB_TRY(enable_mtrr(guest, vcpu));
    // Last: each load takes every vcpu down whose registers it does not bring.
    memset(&context, 0, sizeof context);
    context.header.descriptor = DESCRIPTOR(HEADER, 0);
    context.header.value = context_header();
    context.cpu.descriptor = DESCRIPTOR(CPU, 0);
    set_registers(&context.cpu.value, entry, (uint64_t)image->start_info_seg.pfn << XC_PAGE_SHIFT);
    context.end.descriptor = DESCRIPTOR(END, 0);
    DOMB_TRY(xc_domain_hvm_setcontext(guest->xen->xch, guest->shape.domid, (uint8_t *)&context, sizeof context));
    return 0;
}
