// SPDX-License-Identifier: Apache-2.0
// Shared by the files of this target only.
#ifndef DOMB_GUEST_H
#define DOMB_GUEST_H

#include "xen_guest_shim.h"

#include <errno.h>

#include <xenctrl.h>
#include <xenguest.h>
#include <xen/hvm/e820.h>

#define DOMB_MESSAGE_SIZE 256
// Low memory, special pages, ACPI, high memory.
#define DOMB_MEMORY_MAP_SIZE 4
// Where libxl puts the end of low memory of a PVH guest: LAPIC_BASE_ADDRESS and what else is fixed lies above.
#define DOMB_LOW_MEMORY_END 0xfc000000ull
#define DOMB_FOUR_GIB (1ull << 32)

struct domb_logger {
    xentoollog_logger base;
    size_t length;
    char text[DOMB_MESSAGE_SIZE];
};

struct domb_xen {
    xc_interface *xch;
    struct domb_logger logger;
};

struct domb_guest {
    struct domb_xen *xen;
    struct domb_shape shape;
    struct xc_dom_image *image;
    struct e820entry memory_map[DOMB_MEMORY_MAP_SIZE];
};

// The libraries give 0, -1 with errno, or -errno; a failure that set no errno becomes EIO.
#define DOMB_STATUS(call)                                                  \
    ({                                                                     \
        errno = 0;                                                         \
        int status_ = (call);                                              \
        status_ == 0 ? 0 : status_ < -1 ? status_ : errno ? -errno : -EIO; \
    })

// Returns from the caller with the status if the call failed.
#define DOMB_TRY(call)                    \
    do {                                  \
        int failure_ = DOMB_STATUS(call); \
        if (failure_ != 0)                \
            return failure_;              \
    } while (0)

// Finds XEN_ELFNOTE_PHYS32_ENTRY of an ELF kernel. -ENOEXEC if there is none.
int domb_elf_entry(const void *image, size_t size, uint32_t *entry);
// Sets the registers of a hardware domain's first vcpu.
int domb_hardware_vcpu(struct domb_guest *guest);

#endif
