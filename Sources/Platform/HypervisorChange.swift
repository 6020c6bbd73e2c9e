// SPDX-License-Identifier: Apache-2.0

/// Everything that DomB can change by a hypercall that gives nothing back, the domain being the caller's argument; but for
/// an unpause, which takes a proof. The list is closed, as `Operation` is.
public enum HypervisorChange: Equatable, Sendable {
    /// Creates the vcpus that do not exist yet. The corresponding C function is `xc_domain_max_vcpus`; it wants the
    /// count that the domain was created with, and fails with EINVAL for any other.
    case maxVCPUs(UInt32)
    /// The corresponding C function is `xc_domain_setmaxmem`.
    case maxMemory(kibibytes: UInt64)
    /// The corresponding C function is `xc_domain_sethandle`.
    case handle(DomainHandle)
    /// Sets the affinities that are given. The corresponding C function is `xc_vcpu_setaffinity`.
    case affinity(vcpu: UInt32, hard: CPUSet?, soft: CPUSet?)
    /// A set of nodes. The corresponding C function is `xc_domain_node_setaffinity`.
    case nodeAffinity(CPUSet)
    /// The corresponding C function is `xc_sched_credit2_domain_set`; `nil` leaves a value as it is.
    case credit2(weight: UInt16?, cap: UInt16?)
    /// The corresponding C function is `xc_sched_credit_domain_set`; `nil` leaves a value as it is.
    case credit(weight: UInt16?, cap: UInt16?)
    /// For every vcpu that exists. The corresponding C function is `xc_sched_rtds_domain_set`.
    case rtds(RTDSParameters)
    /// The corresponding C function is `xc_domain_ioport_permission`. Xen lets nobody read it back.
    case permitPorts(IOPortRange)
    /// Passes accesses of an HVM container through, port by port. The corresponding C function is
    /// `xc_domain_ioport_mapping`.
    case mapPorts(IOPortRange)
    /// The corresponding C function is `xc_domain_iomem_permission`. Xen lets nobody read it back.
    case permitMemory(IOMemoryRange)
    /// Puts the frames where the domain has them; the domain must hold the permission. The corresponding C function is
    /// `xc_domain_memory_mapping`.
    case mapMemory(IOMemoryRange)
    /// By GSI, which a PVH boot domain can name; `xc_domain_irq_permission` wants a pirq of the caller's, and that has
    /// none. The corresponding C function is `xc_domain_gsi_permission`.
    case permitInterrupt(gsi: UInt32)
    /// The corresponding C function is `xc_domain_set_tsc_info`.
    case tscMode(TSCMode)
    /// The corresponding C function is `xc_hvm_param_set`.
    case parameter(HVMSetting)
    /// EEXIST once the domain has run. The corresponding hypercall is `XEN_DOMCTL_set_cpu_policy`; libxenctrl has no
    /// function for it.
    case cpuid(CPUIDLeaf, CPUIDRegisters)
    /// The corresponding C function is `xc_flask_relabel_domain`.
    case relabel(securityID: UInt32)
    /// Changes nothing. EINVAL for a device that is not there or is another guest's. The corresponding C function is
    /// `xc_test_assign_device`.
    case testAssign(PCIAddress)
    /// EOPNOTSUPP for a domain that was created without XEN_DOMCTL_CDF_iommu. The corresponding C function is
    /// `xc_assign_device`.
    case assign(PCIAddress)
    /// Writes one of the reserved entries of a domain's grant table. The corresponding C function is
    /// `xenforeignmemory_map_resource` with XENMEM_resource_grant_table.
    case seedGrant(ReservedGrant)
    /// Takes the domain's affinities and its scheduler's parameters back to what they are for a new domain
    /// (sched_move_domain). The corresponding C function is `xc_cpupool_movedomain`.
    case moveToPool(UInt32)
    /// Shuts the hardware domain down, and with it the host: Xen restarts or halts the machine (hwdom_shutdown). It need
    /// not have run. The corresponding C function is `xc_domain_shutdown`.
    case shutDownHost(reboot: Bool)

    // Of the host: no domain is named.
    /// Without a cpu. EEXIST for a number that is taken, ENOENT for a scheduler that this Xen was built without. The
    /// corresponding C function is `xc_cpupool_create`.
    case createPool(UInt32, HypervisorFacts.Scheduler)
    /// ENODEV for a cpu that is in a pool. The corresponding C function is `xc_cpupool_addcpu`.
    case addCPU(UInt32, pool: UInt32)
    /// EBUSY for the last cpu of a pool that has domains; pool 0 keeps cpu 0 (EINVAL). The corresponding C function is
    /// `xc_cpupool_removecpu`.
    case removeCPU(UInt32, pool: UInt32)

    /// What the trace and errors call it.
    public var operation: Operation {
        switch self {
        case .maxVCPUs: .maxVCPUs
        case .maxMemory: .setMaxMemory
        case .handle: .setHandle
        case .affinity: .setAffinity
        case .nodeAffinity: .setNodeAffinity
        case .credit2: .credit2Set
        case .credit: .creditSet
        case .rtds: .rtdsSet
        case .permitPorts: .permitPorts
        case .mapPorts: .mapPorts
        case .permitMemory: .permitMemory
        case .mapMemory: .mapMemory
        case .permitInterrupt: .permitInterrupt
        case .tscMode: .setTSCInfo
        case .parameter: .setParameter
        case .cpuid: .setCPUPolicy
        case .relabel: .relabelDomain
        case .testAssign: .testAssignDevice
        case .assign: .assignDevice
        case .seedGrant: .grantWrite
        case .moveToPool: .moveToPool
        case .shutDownHost: .remoteShutdown
        case .createPool: .createCPUPool
        case .addCPU: .addPoolCPU
        case .removeCPU: .removePoolCPU
        }
    }
}
