// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Everything that DomB may change of a domain before it runs. The list is closed: no hypercall number, and no
/// operation that is not here, comes from an LCM (I5).
public enum ConfigOperation: Equatable, Sendable {
    /// `cpus`: creates the vcpus that the builder left out. The corresponding C function is `xc_domain_max_vcpus`.
    case vcpus(UInt32)
    /// `domb,tsc-mode`. The corresponding C function is `xc_domain_set_tsc_info`.
    case tscMode(TSCMode)
    /// `domb,iomem`. The corresponding C functions are `xc_domain_iomem_permission` and `xc_domain_memory_mapping`.
    case memory(IOMemoryRange)
    /// `domb,pci`. The corresponding C functions are `xc_test_assign_device` and `xc_assign_device`.
    case device(PCIAddress)
    /// `domb,cpupool`. The first domain of a pool has it made (`creating`). The corresponding C functions are
    /// `xc_cpupool_create`, `xc_cpupool_removecpu`, `xc_cpupool_addcpu` and `xc_cpupool_movedomain`.
    case cpupool(CPUPool, creating: Bool)
    /// `domb,cpuid-clear`. The corresponding hypercall is `XEN_DOMCTL_set_cpu_policy`.
    case clearedFeatures([CPUFeature])
    /// One of `domb,event-channels`. The corresponding C function is `xc_evtchn_alloc_unbound`.
    case channel(port: UInt32, remote: DomainID)
    /// `mem-max` in KiB. The corresponding C function is `xc_domain_setmaxmem`.
    case maxMemory(kibibytes: UInt64)
    /// `hard-affinity`, `domb,soft-affinity`. The corresponding C function is `xc_vcpu_setaffinity`.
    case affinity(VCPUAffinity)
    /// `domb,node-affinity`. The corresponding C function is `xc_domain_node_setaffinity`.
    case nodeAffinity(CPUSet)
    /// `domb,weight`, `domb,cap` under credit2. The corresponding C function is `xc_sched_credit2_domain_set`.
    case credit2(weight: UInt16?, cap: UInt16?)
    /// `domb,weight`, `domb,cap` under credit. The corresponding C function is `xc_sched_credit_domain_set`.
    case credit(weight: UInt16?, cap: UInt16?)
    /// `domb,rtds-period`, `domb,rtds-budget`. The corresponding C function is `xc_sched_rtds_domain_set`.
    case rtds(RTDSParameters)
    /// `domb,ioports`. The corresponding C functions are `xc_domain_ioport_permission` and `xc_domain_ioport_mapping`.
    case ports(IOPortRange)
    /// One of `domb,irqs`. The corresponding C function is `xc_domain_gsi_permission`.
    case interrupt(UInt32)
    /// One of `domb,hvm-params`. The corresponding C function is `xc_hvm_param_set`.
    case parameter(HVMSetting)
    /// `domain-uuid`. The corresponding C function is `xc_domain_sethandle`.
    case handle(DomainHandle)
    /// `domb,label`. The corresponding C functions are `xc_flask_context_to_sid` and `xc_flask_relabel_domain`.
    case label([UInt8])

    /// `xen,enhanced` and `domb,console`: a channel that `remote` may bind, and the grant of the ring's page to it. The
    /// corresponding C functions are `xc_evtchn_alloc_unbound`, `xc_hvm_param_set` and `xenforeignmemory_map_resource`.
    case ring(ReservedGrant.Reference, remote: DomainID)
    // What a domain has in xenstore, and who serves it. The corresponding C functions are `xs_write` and
    // `xs_set_permissions`; of `home` `xs_introduce_domain` too.
    /// `xen,enhanced`
    case home
    /// `domb,console`
    case console(Backend, server: DomainID)
    /// One of `domb,disks`.
    case disk(VirtualDisk, server: DomainID)
    /// One of `domb,vifs`.
    case interface(VirtualInterface, handle: UInt32, server: DomainID)

    /// When an operation is applied.
    public enum Moment: Sendable {
        /// It changes vcpu state or memory, which the measurement answers for.
        case beforeMeasuring
        case afterMeasuring
        /// With those of all domains, in one transaction of xenstore.
        case inStore
    }

    /// When this one is.
    public var moment: Moment {
        switch self {
        // The mode sets vcpu 0's TSC offset; frames and, with reserved regions, devices change the domain's memory map. What
        // CPUID tells belongs to the vcpus: what is measured is measured with it.
        case .vcpus, .tscMode, .memory, .device, .clearedFeatures, .ring: .beforeMeasuring
        case .home, .console, .disk, .interface: .inStore
        case .cpupool, .channel, .maxMemory, .affinity, .nodeAffinity, .credit2, .credit, .rtds, .ports, .interrupt,
            .parameter, .handle, .label:
            .afterMeasuring
        }
    }
}
