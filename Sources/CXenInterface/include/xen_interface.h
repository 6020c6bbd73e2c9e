// SPDX-License-Identifier: Apache-2.0
// The numbers that Xen compares before it looks at a domctl or a sysctl. libxenctrl sends those of the headers that it was built
// with; what goes out here has those of the Xen that runs, once it is known to have the same structures.
#ifndef DOMB_XEN_INTERFACE_H
#define DOMB_XEN_INTERFACE_H

#include <stdint.h>
#include <xenctrl.h>
#include <xentoollog.h>

struct domb_interface {
    // As XENVER_version gives it: major << 16 | minor.
    uint32_t version;
    // XEN_DOMCTL_INTERFACE_VERSION and XEN_SYSCTL_INTERFACE_VERSION.
    uint32_t domctl;
    uint32_t sysctl;
};

// Of the libraries in this program. An ELF note has it too: owner "DomB", type 1, the three words.
struct domb_interface domb_built_interface(void);
// Of the Xen that runs, found without effect: 0 for a number where Xen refuses every one. -errno if Xen cannot be asked.
int domb_running_interface(struct domb_interface *running);
// From here on every domctl and sysctl has these numbers.
void domb_speak(struct domb_interface interface);
// For a domctl that goes its own way.
uint32_t domb_domctl_number(void);

// xc_flask_context_to_sid. The size is that of the text without its zero, of which Xen 4.23's library finds the end by itself.
int domb_context_to_sid(xc_interface *xch, char *text, uint32_t size, uint32_t *sid);

// With no logger at all a library would make one that writes to stderr.
struct xentoollog_logger *domb_quiet_logger(void);

#endif
