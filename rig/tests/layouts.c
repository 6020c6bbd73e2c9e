// SPDX-License-Identifier: Apache-2.0
// Prints the size of everything that DomB and its libraries send to Xen and read from it, where each field lies in it, and the
// numbers by which it is asked for. test_layouts.py compares what the headers of one Xen print with another's.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/hvm/save.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/io/console.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/version.h>
#include <xen/xsm/flask_op.h>

#define SIZE(type) printf("size of %s: %zu\n", #type, sizeof(type));
#define FIELD(type, field) printf("%s.%s: at %zu, %zu\n", #type, #field, offsetof(type, field), sizeof(((type *)0)->field));
#define NUMBER(name) printf("%s: %#llx\n", #name, (unsigned long long)(name));
// A request of one structure: its number, its parameters' size, its fields.
#define DOMCTL(name) NUMBER(XEN_DOMCTL_##name)
#define SYSCTL(name) NUMBER(XEN_SYSCTL_##name)
#define D(field) FIELD(struct xen_domctl, u.field)
#define S(field) FIELD(struct xen_sysctl, u.field)

static void heads(void)
{
    SIZE(struct xen_domctl) FIELD(struct xen_domctl, cmd) FIELD(struct xen_domctl, interface_version)
    FIELD(struct xen_domctl, domain) FIELD(struct xen_domctl, u)
    SIZE(struct xen_sysctl) FIELD(struct xen_sysctl, cmd) FIELD(struct xen_sysctl, interface_version) FIELD(struct xen_sysctl, u)
    NUMBER(__HYPERVISOR_domctl) NUMBER(__HYPERVISOR_sysctl) NUMBER(__HYPERVISOR_multicall) NUMBER(__HYPERVISOR_sched_op)
    NUMBER(__HYPERVISOR_xen_version) NUMBER(__HYPERVISOR_xsm_op) NUMBER(__HYPERVISOR_memory_op) NUMBER(__HYPERVISOR_hvm_op)
    NUMBER(__HYPERVISOR_event_channel_op) NUMBER(DOMID_SELF) NUMBER(DOMID_INVALID) NUMBER(DOMID_FIRST_RESERVED)
}

static void domains(void)
{
    DOMCTL(createdomain) DOMCTL(unpausedomain) DOMCTL(getdomaininfo) DOMCTL(max_vcpus) DOMCTL(max_mem)
    DOMCTL(setdomainhandle) DOMCTL(set_virq_handler) DOMCTL(getvcpuinfo) DOMCTL(set_paging_mempool_size)
    D(createdomain.ssidref) D(createdomain.handle) D(createdomain.flags) D(createdomain.iommu_opts)
    D(createdomain.max_vcpus) D(createdomain.max_evtchn_port) D(createdomain.max_grant_frames)
    D(createdomain.max_maptrack_frames) D(createdomain.grant_opts) D(createdomain.vmtrace_size)
    D(createdomain.cpupool_id) D(createdomain.arch.emulation_flags) D(createdomain.arch.misc_flags)
    NUMBER(XEN_DOMCTL_CDF_hvm) NUMBER(XEN_DOMCTL_CDF_hap) NUMBER(XEN_DOMCTL_CDF_iommu) NUMBER(XEN_DOMCTL_GRANT_version(1))
    NUMBER(XEN_X86_EMU_LAPIC) NUMBER(XEN_X86_EMU_IOAPIC) NUMBER(XEN_X86_EMU_VPCI)
    SIZE(struct xen_domctl_getdomaininfo) D(getdomaininfo.domain) D(getdomaininfo.flags) D(getdomaininfo.tot_pages)
    D(getdomaininfo.max_pages) D(getdomaininfo.cpu_time) D(getdomaininfo.max_vcpu_id) D(getdomaininfo.ssidref)
    D(getdomaininfo.handle) D(getdomaininfo.cpupool)
    NUMBER(XEN_DOMINF_dying) NUMBER(XEN_DOMINF_hvm_guest) NUMBER(XEN_DOMINF_shutdown) NUMBER(XEN_DOMINF_paused)
    NUMBER(XEN_DOMINF_shutdownshift) NUMBER(XEN_DOMINF_shutdownmask)
    D(max_vcpus.max) D(max_mem.max_memkb) D(setdomainhandle.handle) D(set_virq_handler.virq) D(paging_mempool.size)
    D(getvcpuinfo.vcpu) D(getvcpuinfo.online) NUMBER(VIRQ_DOM_EXC)
}

static void configuration(void)
{
    DOMCTL(setvcpuaffinity) DOMCTL(getvcpuaffinity) DOMCTL(setnodeaffinity) DOMCTL(getnodeaffinity) DOMCTL(scheduler_op)
    D(vcpuaffinity.vcpu) D(vcpuaffinity.flags) D(vcpuaffinity.cpumap_hard) D(vcpuaffinity.cpumap_soft)
    D(nodeaffinity.nodemap) NUMBER(XEN_VCPUAFFINITY_HARD) NUMBER(XEN_VCPUAFFINITY_SOFT)
    D(scheduler_op.sched_id) D(scheduler_op.cmd) D(scheduler_op.u.credit.weight) D(scheduler_op.u.credit.cap)
    D(scheduler_op.u.credit2.weight) D(scheduler_op.u.credit2.cap) D(scheduler_op.u.rtds.period)
    D(scheduler_op.u.rtds.budget) D(scheduler_op.u.v.vcpus) D(scheduler_op.u.v.nr_vcpus)
    SIZE(struct xen_domctl_schedparam_vcpu) FIELD(struct xen_domctl_schedparam_vcpu, u.rtds.period)
    NUMBER(XEN_DOMCTL_SCHEDOP_putinfo) NUMBER(XEN_DOMCTL_SCHEDOP_getinfo) NUMBER(XEN_DOMCTL_SCHEDOP_getvcpuinfo)
    DOMCTL(iomem_permission) DOMCTL(ioport_permission) DOMCTL(memory_mapping) DOMCTL(ioport_mapping)
    DOMCTL(assign_device) DOMCTL(test_assign_device) DOMCTL(settscinfo) DOMCTL(gettscinfo)
    D(iomem_permission.first_mfn) D(iomem_permission.nr_mfns) D(iomem_permission.allow_access)
    D(ioport_permission.first_port) D(ioport_permission.nr_ports) D(ioport_permission.allow_access)
    D(memory_mapping.first_gfn) D(memory_mapping.first_mfn) D(memory_mapping.nr_mfns) D(memory_mapping.add_mapping)
    D(ioport_mapping.first_gport) D(ioport_mapping.first_mport) D(ioport_mapping.nr_ports) D(ioport_mapping.add_mapping)
    D(assign_device.dev) D(assign_device.flags) D(assign_device.u.pci.machine_sbdf) NUMBER(XEN_DOMCTL_DEV_PCI)
    D(tsc_info.tsc_mode) D(tsc_info.gtsc_khz) D(tsc_info.incarnation) D(tsc_info.elapsed_nsec)
    DOMCTL(get_cpu_policy) DOMCTL(set_cpu_policy) D(cpu_policy.nr_leaves) D(cpu_policy.nr_msrs) D(cpu_policy.leaves)
    D(cpu_policy.msrs) D(cpu_policy.err_leaf) SIZE(xen_cpuid_leaf_t) SIZE(xen_msr_entry_t)
    FIELD(xen_cpuid_leaf_t, leaf) FIELD(xen_cpuid_leaf_t, subleaf) FIELD(xen_cpuid_leaf_t, a) FIELD(xen_cpuid_leaf_t, d)
}

// XEN_DOMCTL_gsi_permission is Xen 4.20's: where it is not there, DomB does not ask.
static void interrupts(void)
{
#ifdef XEN_DOMCTL_gsi_permission
    DOMCTL(gsi_permission) D(gsi_permission.gsi) D(gsi_permission.flags) NUMBER(XEN_DOMCTL_GSI_GRANT)
#endif
}

static void contents(void)
{
    DOMCTL(getpageframeinfo3) D(getpageframeinfo3.num) D(getpageframeinfo3.array) NUMBER(XEN_DOMCTL_PFINFO_LTAB_MASK)
    NUMBER(XEN_DOMCTL_PFINFO_XTAB) DOMCTL(gethvmcontext) DOMCTL(sethvmcontext) DOMCTL(gethvmcontext_partial)
    D(hvmcontext.size) D(hvmcontext.buffer) D(hvmcontext_partial.type) D(hvmcontext_partial.instance)
    D(hvmcontext_partial.bufsz) D(hvmcontext_partial.buffer)
    SIZE(struct hvm_save_descriptor) SIZE(HVM_SAVE_TYPE(HEADER)) SIZE(HVM_SAVE_TYPE(MTRR)) SIZE(struct hvm_hw_cpu)
    NUMBER(HVM_SAVE_CODE(CPU)) NUMBER(HVM_SAVE_CODE(MTRR)) NUMBER(HVM_SAVE_CODE(HEADER)) NUMBER(HVM_FILE_MAGIC) NUMBER(HVM_FILE_VERSION)
    FIELD(struct hvm_hw_cpu, rbx) FIELD(struct hvm_hw_cpu, rip) FIELD(struct hvm_hw_cpu, rflags) FIELD(struct hvm_hw_cpu, cr0)
    FIELD(struct hvm_hw_cpu, dr6) FIELD(struct hvm_hw_cpu, dr7) FIELD(struct hvm_hw_cpu, cs_limit)
    FIELD(struct hvm_hw_cpu, tr_limit) FIELD(struct hvm_hw_cpu, cs_arbytes) FIELD(struct hvm_hw_cpu, tr_arbytes)
    FIELD(struct hvm_hw_cpu, tsc) FIELD(struct hvm_hw_cpu, flags)
    SIZE(struct hvm_start_info) FIELD(struct hvm_start_info, memmap_paddr) SIZE(struct hvm_modlist_entry)
    SIZE(struct hvm_memmap_table_entry) SIZE(grant_entry_v1_t) NUMBER(GTF_permit_access) NUMBER(GNTTAB_RESERVED_CONSOLE)
    NUMBER(GNTTAB_RESERVED_XENSTORE) FIELD(struct xencons_interface, out_prod)
    NUMBER(__HYPERVISOR_grant_table_op) NUMBER(GNTTABOP_query_size) SIZE(struct gnttab_query_size)
    FIELD(struct gnttab_query_size, dom) FIELD(struct gnttab_query_size, max_nr_frames) FIELD(struct gnttab_query_size, status)
}

static void host(void)
{
    SYSCTL(physinfo) SYSCTL(getdomaininfolist) SYSCTL(sched_id) SYSCTL(cpupool_op) SYSCTL(get_cpu_featureset)
    S(physinfo.nr_cpus) S(physinfo.nr_nodes) S(physinfo.max_cpu_id) S(physinfo.max_node_id) S(physinfo.capabilities)
    S(physinfo.total_pages) S(physinfo.free_pages) S(physinfo.outstanding_pages) NUMBER(XEN_SYSCTL_PHYSCAP_directio)
    S(getdomaininfolist.first_domain) S(getdomaininfolist.max_domains) S(getdomaininfolist.buffer)
    S(getdomaininfolist.num_domains) S(sched_id.sched_id) S(cpupool_op.op) S(cpupool_op.cpupool_id)
    S(cpupool_op.sched_id) S(cpupool_op.domid) S(cpupool_op.cpu) S(cpupool_op.n_dom) S(cpupool_op.cpumap)
    S(cpu_featureset.index) S(cpu_featureset.nr_features) S(cpu_featureset.features)
    NUMBER(XEN_SYSCTL_CPUPOOL_OP_CREATE) NUMBER(XEN_SYSCTL_CPUPOOL_OP_INFO) NUMBER(XEN_SYSCTL_CPUPOOL_OP_ADDCPU)
    NUMBER(XEN_SYSCTL_CPUPOOL_OP_RMCPU) NUMBER(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN) NUMBER(XEN_SCHEDULER_CREDIT)
    NUMBER(XEN_SCHEDULER_CREDIT2) NUMBER(XEN_SCHEDULER_RTDS) NUMBER(XEN_SCHEDULER_NULL)
}

// What has no interface number and does not change: it is looked at all the same.
static void rest(void)
{
    NUMBER(XENVER_version) NUMBER(XENVER_extraversion) NUMBER(XENVER_commandline) NUMBER(XENVER_build_id)
    NUMBER(XENVER_get_features) NUMBER(XENFEAT_dom0) SIZE(xen_feature_info_t)
    NUMBER(XENMEM_populate_physmap) NUMBER(XENMEM_maximum_gpfn) NUMBER(XENMEM_machine_memory_map) NUMBER(XENMEM_set_memory_map)
    NUMBER(XENMEM_claim_pages) SIZE(struct xen_memory_reservation) SIZE(struct xen_memory_map)
    SIZE(struct xen_foreign_memory_map) NUMBER(XENMEM_resource_grant_table)
    NUMBER(HVMOP_set_param) NUMBER(HVMOP_get_param) SIZE(struct xen_hvm_param) NUMBER(HVM_PARAM_STORE_PFN)
    NUMBER(HVM_PARAM_STORE_EVTCHN) NUMBER(HVM_PARAM_TIMER_MODE) NUMBER(HVM_PARAM_IDENT_PT) NUMBER(HVM_PARAM_VPT_ALIGN)
    NUMBER(HVM_PARAM_CONSOLE_PFN) NUMBER(HVM_PARAM_CONSOLE_EVTCHN) NUMBER(HVM_PARAM_TRIPLE_FAULT_REASON)
    NUMBER(HVM_PARAM_X87_FIP_WIDTH) NUMBER(EVTCHNOP_alloc_unbound) NUMBER(EVTCHNOP_status) NUMBER(EVTCHNOP_bind_virq)
    SIZE(struct evtchn_alloc_unbound) SIZE(struct evtchn_status) NUMBER(EVTCHNSTAT_unbound)
    NUMBER(SCHEDOP_shutdown) NUMBER(SCHEDOP_remote_shutdown) SIZE(struct sched_remote_shutdown) NUMBER(SHUTDOWN_poweroff)
    NUMBER(SHUTDOWN_reboot) SIZE(multicall_entry_t) FIELD(multicall_entry_t, result) FIELD(multicall_entry_t, args)
    SIZE(struct xen_flask_op) NUMBER(XEN_FLASK_INTERFACE_VERSION) NUMBER(FLASK_CONTEXT_TO_SID) NUMBER(FLASK_GETENFORCE)
    NUMBER(FLASK_RELABEL_DOMAIN) FIELD(struct xen_flask_op, u.sid_context.context) FIELD(struct xen_flask_op, u.relabel.sid)
}

int main(void)
{
    NUMBER(XEN_DOMCTL_INTERFACE_VERSION) NUMBER(XEN_SYSCTL_INTERFACE_VERSION)
    heads();
    domains();
    configuration();
    interrupts();
    contents();
    host();
    rest();
    return 0;
}
