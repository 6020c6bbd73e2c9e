// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Everything that DomB may change of a domain before it runs. The list is closed: no hypercall number, and no
/// operation that is not here, comes from an LCM (I5).
public enum ConfigOperation: Equatable, Sendable {
    /// `cpus`: creates the vcpus that the builder left out. The corresponding C function is `xc_domain_max_vcpus`.
    case vcpus(UInt32)
    /// One that needs nothing but its value: `apply` says which C function each has.
    case setting(Setting)
    /// `domb,cpuid-clear`. The corresponding hypercall is `XEN_DOMCTL_set_cpu_policy`.
    case clearedFeatures([CPUFeature])
    /// `domb,cpupool`. The first domain of a pool has it made (`creating`). The corresponding C functions are
    /// `xc_cpupool_create`, `xc_cpupool_removecpu`, `xc_cpupool_addcpu` and `xc_cpupool_movedomain`.
    case cpupool(CPUPool, creating: Bool)
    /// `hard-affinity`, `domb,soft-affinity`. The corresponding C function is `xc_vcpu_setaffinity`.
    case affinity(VCPUAffinity)
    /// `domb,weight`, `domb,cap`. The corresponding C functions are `xc_sched_credit2_domain_set` and
    /// `xc_sched_credit_domain_set`.
    case share(HypervisorFacts.Scheduler, weight: UInt16?, cap: UInt16?)
    /// `domb,rtds-period`, `domb,rtds-budget`. The corresponding C function is `xc_sched_rtds_domain_set`.
    case rtds(RTDSParameters)
    /// One of `domb,event-channels`. The corresponding C function is `xc_evtchn_alloc_unbound`.
    case channel(port: UInt32, remote: DomainID)
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
        case inXenstore
    }

    /// When this one is.
    public var moment: Moment {
        switch self {
        // What CPUID tells belongs to the vcpus: what is measured is measured with it.
        case .vcpus, .clearedFeatures, .ring: .beforeMeasuring
        case .setting(let setting): setting.moment
        case .home, .console, .disk, .interface: .inXenstore
        case .cpupool, .channel, .affinity, .share, .rtds: .afterMeasuring
        }
    }
}

extension Setting {
    /// When it is applied, where it needs nothing but its value.
    fileprivate var moment: ConfigOperation.Moment {
        switch self {
        // The mode sets vcpu 0's TSC offset; frames and, with reserved regions, devices change the domain's memory map.
        case .tscMode, .iomem, .pci: .beforeMeasuring
        case .enhanced, .console, .cpuidClear, .memMax, .cpupool, .hardAffinity, .softAffinity, .nodeAffinity, .weight,
            .cap, .number, .ioports, .hvmParam, .eventChannel, .uuid, .label, .disk, .vif:
            .afterMeasuring
        }
    }
}
