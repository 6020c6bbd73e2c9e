/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands at /domb-init in a scenario's initramfs, with the real one at /domb-init.real. Under the boot domain's own FLASK
 * label it tries what DomB's plan never holds, tells of each by FLASK's class and permission what came of it, and then
 * gives way: what was denied has changed nothing, so the launch must still be a good one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xencall.h>
#include <xenctrl.h>
#include <xen/grant_table.h>
#include <xen/hvm/dm_op.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/platform.h>
#include <xen/sched.h>
#include <xen/sysctl.h>

#define REAL "/domb-init.real"
/* A domain of the LCM, paused. */
#define VICTIM 2
#define OPERATIONS 4096

static xencall_handle *call;
static xc_interface *xen;
static void *argument;
static unsigned tried, denied;

static void report(const char *permission, long result)
{
    int error = result < 0 ? errno : 0;

    tried++;
    denied += error == EPERM || error == EACCES;
    printf("forbidden: %s %s\n", permission, error ? strerrorname_np(error) : "WORKED");
}

struct attempt {
    const char *permission;
    uint32_t command;
    /* A further command inside of it, where there is one. */
    uint32_t inner;
};

static const struct attempt domctls[] = {
    { "domain:create", XEN_DOMCTL_createdomain, 0 },
    { "domain:destroy", XEN_DOMCTL_destroydomain, 0 },
    { "domain:pause", XEN_DOMCTL_pausedomain, 0 },
    { "domain:resume", XEN_DOMCTL_resumedomain, 0 },
    { "domain:setvcpucontext", XEN_DOMCTL_setvcpucontext, 0 },
    { "domain:getvcpucontext", XEN_DOMCTL_getvcpucontext, 0 },
    { "domain:setdebugging", XEN_DOMCTL_gdbsx_guestmemio, 0 },
    { "domain:settime", XEN_DOMCTL_settimeoffset, 0 },
    { "domain:hypercall", XEN_DOMCTL_hypercall_init, 0 },
    { "domain:setaddrsize", XEN_DOMCTL_set_address_size, 0 },
    { "domain:trigger", XEN_DOMCTL_sendtrigger, 0 },
    { "domain:set_misc_info", XEN_DOMCTL_subscribe, 0 },
    { "domain:setpagingmempool", XEN_DOMCTL_set_paging_mempool_size, 0 },
    { "domain2:make_priv_for", XEN_DOMCTL_set_target, 0 },
    { "domain2:vm_event", XEN_DOMCTL_vm_event_op, 0 },
    { "domain2:soft_reset", XEN_DOMCTL_soft_reset, 0 },
    { "domain2:cacheflush", XEN_DOMCTL_cacheflush, 0 },
    { "domain2:psr_alloc", XEN_DOMCTL_psr_alloc, 0 },
    { "hvm:sethvmc", XEN_DOMCTL_sethvmcontext, 0 },
    { "hvm:mem_sharing", XEN_DOMCTL_mem_sharing_op, 0 },
    { "shadow:logdirty", XEN_DOMCTL_shadow_op, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY },
    { "resource:remove", XEN_DOMCTL_deassign_device, XEN_DOMCTL_DEV_PCI },
};

static const struct attempt sysctls[] = {
    { "xen:clearconsole", XEN_SYSCTL_readconsole, 1 },
    { "xen:tbufcontrol", XEN_SYSCTL_tbuf_op, 0 },
    { "xen:perfcontrol", XEN_SYSCTL_perfc_op, 0 },
    { "xen:debug", XEN_SYSCTL_debug_keys, 0 },
    { "xen:getcpuinfo", XEN_SYSCTL_getcpuinfo, 0 },
    { "xen:heap", XEN_SYSCTL_availheap, 0 },
    { "xen:pm_op", XEN_SYSCTL_pm_op, 0 },
    { "xen:lockprof", XEN_SYSCTL_lockprof_op, 0 },
    { "xen:setscheduler", XEN_SYSCTL_scheduler_op, XEN_SYSCTL_SCHEDOP_putinfo },
    { "xen2:livepatch_op", XEN_SYSCTL_livepatch_op, 0 },
    { "xen2:coverage_op", XEN_SYSCTL_coverage_op, 0 },
    { "xen2:psr_alloc", XEN_SYSCTL_psr_alloc, 0 },
    { "resource:unplug", XEN_SYSCTL_page_offline_op, sysctl_page_offline },
};

static const struct attempt platform[] = {
    { "xen:settime", XENPF_settime64, 0 },
    { "xen:mtrr_add", XENPF_add_memtype, 0 },
    { "xen:microcode", XENPF_microcode_update, 0 },
    { "xen:quirk", XENPF_platform_quirk, 0 },
    { "xen:firmware", XENPF_efi_runtime_call, 0 },
    { "xen:sleep", XENPF_enter_acpi_sleep, 0 },
    { "xen:frequency", XENPF_change_freq, 0 },
    { "xen2:resource_op", XENPF_resource_op, 0 },
    { "xen2:get_symbol", XENPF_get_symbol, 0 },
    { "resource:plug", XENPF_cpu_online, 0 },
};

static void try_domctls(void)
{
    struct xen_domctl *op = argument;

    for (size_t i = 0; i < sizeof domctls / sizeof *domctls; i++) {
        memset(op, 0, OPERATIONS);
        op->cmd = domctls[i].command;
        op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
        op->domain = VICTIM;
        if (op->cmd == XEN_DOMCTL_createdomain) {
            op->domain = 9;
            op->u.createdomain.ssidref = 12;
        } else if (op->cmd == XEN_DOMCTL_shadow_op) {
            op->u.shadow_op.op = domctls[i].inner;
        } else if (op->cmd == XEN_DOMCTL_deassign_device) {
            op->u.assign_device.dev = domctls[i].inner;
        }
        report(domctls[i].permission, xencall1(call, __HYPERVISOR_domctl, (uintptr_t)op));
    }
}

static void try_sysctls(void)
{
    struct xen_sysctl *op = argument;

    for (size_t i = 0; i < sizeof sysctls / sizeof *sysctls; i++) {
        memset(op, 0, OPERATIONS);
        op->cmd = sysctls[i].command;
        op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
        if (op->cmd == XEN_SYSCTL_readconsole)
            op->u.readconsole.clear = (uint8_t)sysctls[i].inner;
        else if (op->cmd == XEN_SYSCTL_scheduler_op)
            op->u.scheduler_op.cmd = sysctls[i].inner;
        else if (op->cmd == XEN_SYSCTL_page_offline_op)
            op->u.page_offline.cmd = sysctls[i].inner;
        report(sysctls[i].permission, xencall1(call, __HYPERVISOR_sysctl, (uintptr_t)op));
    }
}

static void try_platform(void)
{
    struct xen_platform_op *op = argument;

    for (size_t i = 0; i < sizeof platform / sizeof *platform; i++) {
        memset(op, 0, OPERATIONS);
        op->cmd = platform[i].command;
        op->interface_version = XENPF_INTERFACE_VERSION;
        report(platform[i].permission, xencall1(call, __HYPERVISOR_platform_op, (uintptr_t)op));
    }
}

static void try_memory(void)
{
    xen_memory_reservation_t *pages = argument;
    xen_pfn_t *frame = (void *)((char *)argument + OPERATIONS / 2);
    xen_add_to_physmap_t *map = argument;

    memset(argument, 0, OPERATIONS);
    *frame = 0x10000;
    set_xen_guest_handle_raw(pages->extent_start, frame);
    pages->nr_extents = 1;
    pages->domid = VICTIM;
    report("mmu:adjust", xencall2(call, __HYPERVISOR_memory_op, XENMEM_populate_physmap, (uintptr_t)pages) == 1 ? 0 : -1);
    set_xen_guest_handle_raw(pages->extent_start, NULL);
    report("domain2:setclaim", xencall2(call, __HYPERVISOR_memory_op, XENMEM_claim_pages, (uintptr_t)pages));
    memset(argument, 0, OPERATIONS);
    map->domid = VICTIM;
    map->space = XENMAPSPACE_shared_info;
    report("mmu:physmap", xencall2(call, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, (uintptr_t)map));
    memset(argument, 0, OPERATIONS);
    ((xen_foreign_memory_map_t *)argument)->domid = VICTIM;
    report("mmu:memorymap", xencall2(call, __HYPERVISOR_memory_op, XENMEM_set_memory_map, (uintptr_t)argument));
    report("domain:setpodtarget", xc_domain_set_pod_target(xen, VICTIM, 1, NULL, NULL, NULL));
}

/* What it shares with other domains, and the devices. */
static void try_others(void)
{
    struct gnttab_map_grant_ref *grant = argument;
    struct evtchn_alloc_unbound *channel = argument;
    struct sched_remote_shutdown *shutdown = argument;
    struct physdev_setup_gsi *interrupt = argument;

    memset(argument, 0, OPERATIONS);
    *grant = (struct gnttab_map_grant_ref){ .host_addr = 0x10000000, .flags = GNTMAP_host_map, .dom = VICTIM };
    xencall3(call, __HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, (uintptr_t)grant, 1);
    /* The answer is in the structure. */
    errno = EPERM;
    report("grant:map_write", grant->status == GNTST_permission_denied ? -1 : 0);
    *channel = (struct evtchn_alloc_unbound){ .dom = DOMID_SELF, .remote_dom = VICTIM };
    report("event:create", xencall2(call, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (uintptr_t)channel));
    *(struct evtchn_reset *)argument = (struct evtchn_reset){ .dom = VICTIM };
    report("event:reset", xencall2(call, __HYPERVISOR_event_channel_op, EVTCHNOP_reset, (uintptr_t)argument));
    *shutdown = (struct sched_remote_shutdown){ .domain_id = 0, .reason = SHUTDOWN_crash };
    report("domain:shutdown", xencall2(call, __HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, (uintptr_t)shutdown));
    struct xen_dm_op_buf *buffer = argument;
    memset(argument, 0, OPERATIONS);
    set_xen_guest_handle_raw(buffer->h, (char *)argument + OPERATIONS / 2);
    buffer->size = sizeof(struct xen_dm_op);
    report("hvm:dm", xencall3(call, __HYPERVISOR_dm_op, VICTIM, 1, (uintptr_t)buffer));
    *interrupt = (struct physdev_setup_gsi){ .gsi = 4 };
    report("resource:setup", xencall2(call, __HYPERVISOR_physdev_op, PHYSDEVOP_setup_gsi, (uintptr_t)interrupt));
}

static void try_policy(void)
{
    char policy[64] = { 0 }, own[] = "system_u:system_r:domb_t", before[] = "system_u:system_r:domb_construct_t";
    char name[] = "domb_serves_xenstore";
    uint32_t own_sid = 0, before_sid = 0;

    if (xc_flask_context_to_sid(xen, own, sizeof own - 1, &own_sid) != 0 ||
        xc_flask_context_to_sid(xen, before, sizeof before - 1, &before_sid) != 0)
        printf("forbidden: no such label: %s\n", strerror(errno));
    report("security:load_policy", xc_flask_load(xen, policy, sizeof policy));
    report("security:setenforce", xc_flask_setenforce(xen, 0));
    report("security:setbool", xc_flask_setbool(xen, name, 1, 1));
    report("security:setsecparam", xc_flask_setavc_threshold(xen, 1));
    report("security:add_ocontext", xc_flask_add_ioport(xen, 0x2f8, 0x2ff, own));
    report("domain2:relabelself", xc_flask_relabel_domain(xen, DOMID_SELF, before_sid));
    report("domain2:relabelfrom", xc_flask_relabel_domain(xen, 0, before_sid));
    report("domain2:relabelto", xc_flask_relabel_domain(xen, VICTIM, own_sid));
}

int main(int argc, char **argv)
{
    (void)argc;
    call = xencall_open(NULL, 0);
    xen = xc_interface_open(NULL, NULL, 0);
    argument = call ? xencall_alloc_buffer(call, OPERATIONS) : NULL;
    if (argument && xen) {
        try_domctls();
        try_sysctls();
        try_platform();
        try_memory();
        try_others();
        try_policy();
        printf("forbidden: %u tried, %u denied\n", tried, denied);
    } else {
        printf("forbidden: no way to Xen: %s\n", strerror(errno));
    }
    fflush(stdout);
    /* DomB refuses descriptors that it inherits. */
    xc_interface_close(xen);
    xencall_close(call);
    execv(REAL, argv);
    printf("forbidden: %s: %s\n", REAL, strerror(errno));
    fflush(stdout);
    for (;;)
        pause();
}
