// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xen/version.h>
#include <xen/sched.h>

// libxenctrl reports through return values; its log would be lines that nobody asked for. With no logger at all it
// would write to stderr and to a file.
static void drop_message(struct xentoollog_logger *logger, xentoollog_level level, int code, const char *context,
                         const char *format, va_list arguments)
{
    (void)logger, (void)level, (void)code, (void)context, (void)format, (void)arguments;
}

static void keep_logger(struct xentoollog_logger *logger)
{
    (void)logger;
}

static struct xentoollog_logger quiet = { .vmessage = drop_message, .destroy = keep_logger };

struct xentoollog_logger *domb_quiet_logger(void)
{
    return &quiet;
}

int domb_xen_open(struct domb_xen **out)
{
    struct domb_xen *xen = calloc(1, sizeof *xen);
    int code;

    if (!xen)
        return -ENOMEM;
    xen->ctrl = xc_interface_open(&quiet, &quiet, 0);
    if (xen->ctrl)
        xen->call = xencall_open(&quiet, 0);
    if (xen->call)
        xen->memory = xenforeignmemory_open(&quiet, 0);
    if (!xen->memory) {
        code = domb_errno();
        domb_xen_close(xen);
        return code;
    }
    *out = xen;
    return 0;
}

void domb_xen_close(struct domb_xen *xen)
{
    domb_xs_close(xen);
    if (xen->events)
        xenevtchn_close(xen->events);
    if (xen->memory)
        xenforeignmemory_close(xen->memory);
    if (xen->call)
        xencall_close(xen->call);
    if (xen->ctrl)
        xc_interface_close(xen->ctrl);
    free(xen);
}

static void copy_info(const xc_domaininfo_t *from, struct domb_domain_info *to)
{
    to->total_pages = from->tot_pages;
    to->max_pages = from->max_pages;
    to->cpu_time = from->cpu_time;
    to->vcpus = from->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : from->max_vcpu_id + 1;
    to->ssidref = from->ssidref;
    to->cpupool = from->cpupool;
    to->domid = from->domain;
    to->shutdown_reason = (from->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
    to->paused = !!(from->flags & XEN_DOMINF_paused);
    to->shut_down = !!(from->flags & XEN_DOMINF_shutdown);
    to->dying = !!(from->flags & XEN_DOMINF_dying);
    to->hvm = !!(from->flags & XEN_DOMINF_hvm_guest);
    memcpy(to->handle, from->handle, sizeof to->handle);
}

int64_t domb_xc_domain_getinfolist(struct domb_xen *xen, uint32_t first, uint32_t capacity, struct domb_domain_info *out)
{
    xc_domaininfo_t *list = calloc(capacity, sizeof *list);
    int count;

    if (!list)
        return -ENOMEM;
    count = xc_domain_getinfolist(xen->ctrl, first, capacity, list);
    if (count < 0)
        count = domb_errno();
    for (int i = 0; i < count; i++)
        copy_info(&list[i], &out[i]);
    free(list);
    return count;
}

int domb_xc_domain_getinfo_single(struct domb_xen *xen, uint32_t domid, struct domb_domain_info *out)
{
    xc_domaininfo_t info;

#ifdef XENVER_extraversion2
    if (xc_domain_getinfo_single(xen->ctrl, domid, &info) < 0)
        return domb_errno();
#else
    // Xen 4.17 has the list alone, which goes on with the next domain where this one is missing.
    int count = xc_domain_getinfolist(xen->ctrl, domid, 1, &info);
    if (count < 0)
        return domb_errno();
    if (count != 1 || info.domain != domid)
        return -ESRCH;
#endif
    copy_info(&info, out);
    return 0;
}

int domb_xc_vcpu_registers(struct domb_xen *xen, uint32_t domid, void *registers, size_t size,
                           uint64_t *instruction_pointer, uint64_t *start_info)
{
    HVM_SAVE_TYPE(CPU) cpu;

    if (size != sizeof cpu)
        return -ENOBUFS;
    if (xc_domain_hvm_getcontext_partial(xen->ctrl, domid, HVM_SAVE_CODE(CPU), 0, &cpu, sizeof cpu) != 0)
        return domb_errno();
    cpu.tsc = 0;
    memcpy(registers, &cpu, sizeof cpu);
    *instruction_pointer = cpu.rip;
    *start_info = cpu.rbx;
    return 0;
}

int domb_xc_vcpu_online(struct domb_xen *xen, uint32_t domid, uint32_t vcpu)
{
    xc_vcpuinfo_t info;

    return xc_vcpu_getinfo(xen->ctrl, domid, vcpu, &info) != 0 ? domb_errno() : !!info.online;
}

int domb_xc_hvm_param_get(struct domb_xen *xen, uint32_t domid, uint32_t parameter, uint64_t *value)
{
    return domb_result(xc_hvm_param_get(xen->ctrl, domid, parameter, value));
}

int domb_xc_domain_shutdown(struct domb_xen *xen, uint32_t domid, int reboot)
{
    return domb_result(xc_domain_shutdown(xen->ctrl, domid, reboot ? SHUTDOWN_reboot : SHUTDOWN_poweroff));
}
