// SPDX-License-Identifier: Apache-2.0

/// What a launch asks of Xen. One method for one permitted operation; each fails with the errno that libxenctrl gave.
public protocol Hypervisor: ~Copyable {
    /// "MAJOR.MINOR" and the extra version. Xen: XENVER_version, XENVER_extraversion2.
    mutating func version() throws(HypercallError) -> [UInt8]
    /// Xen: XENVER_build_id. Empty where Xen has none.
    mutating func buildID() throws(HypercallError) -> [UInt8]
    /// Xen: XENVER_commandline2.
    mutating func commandLine() throws(HypercallError) -> [UInt8]
    /// Xen: XENVER_get_features, XENFEAT_dom0.
    mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool
    /// The corresponding C function is `xc_flask_getenforce`; a Xen without FLASK gives ENOSYS, which is `none`.
    mutating func securityMode() throws(HypercallError) -> SecurityMode
    /// The corresponding C function is `xc_physinfo`.
    mutating func hostResources() throws(HypercallError) -> HostResources
    /// The corresponding C function is `xc_sched_id`.
    mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler
    /// Every cpupool, in the order of their numbers. The corresponding C function is `xc_cpupool_getinfo`.
    mutating func cpupools() throws(HypercallError) -> [CPUPool]
    /// The machine frames that are RAM, whoever has them; a frame that is so in part counts. The corresponding C function
    /// is `xc_get_machine_memory_map`.
    mutating func machineRAM() throws(HypercallError) -> [Range<UInt64>]
    /// Every domain of the host, in domid order. The corresponding C function is `xc_domain_getinfolist`.
    mutating func domains() throws(HypercallError) -> [DomainInfo]
    /// The corresponding C function is `xc_domain_getinfo_single`.
    mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo
    /// Registers of vcpu 0. The corresponding C function is `xc_domain_hvm_getcontext_partial`.
    mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState
    /// Whether a vcpu that exists would run once its domain is unpaused. The corresponding C function is
    /// `xc_vcpu_getinfo`.
    mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool
    /// An HVM parameter. The corresponding C function is `xc_hvm_param_get`.
    mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64

    /// Creates the vcpus that do not exist yet. The corresponding C function is `xc_domain_max_vcpus`; it wants the
    /// count that the domain was created with, and fails with EINVAL for any other.
    mutating func setMaxVCPUs(_ domid: DomainID, count: UInt32) throws(HypercallError)
    /// The corresponding C function is `xc_domain_setmaxmem`.
    mutating func setMaxMemory(_ domid: DomainID, kibibytes: UInt64) throws(HypercallError)
    /// A port of the domain that `remote` may bind (EVTCHNOP_bind_interdomain); the lowest that is free. The corresponding
    /// C function is `xc_evtchn_alloc_unbound`.
    mutating func allocateChannel(_ domid: DomainID, remote: DomainID) throws(HypercallError) -> UInt32
    /// Who may bind the domain's port; `nil` for one that is not unbound. The corresponding C function is
    /// `xc_evtchn_status`.
    mutating func unboundChannel(_ domid: DomainID, port: UInt32) throws(HypercallError) -> DomainID?
    /// Writes one of the reserved entries of a domain's grant table. The corresponding C function is
    /// `xenforeignmemory_map_resource` with XENMEM_resource_grant_table.
    mutating func seedGrant(_ domid: DomainID, _ grant: ReservedGrant) throws(HypercallError)
    /// What the entry holds; `nil` where it grants nothing. The C function is the same.
    mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant?
    /// What CPUID tells the domain; zeros for a leaf that it does not have. The corresponding hypercall is
    /// `XEN_DOMCTL_get_cpu_policy`.
    mutating func cpuid(_ domid: DomainID, _ leaf: CPUIDLeaf) throws(HypercallError) -> CPUIDRegisters
    /// EEXIST once the domain has run. The corresponding hypercall is `XEN_DOMCTL_set_cpu_policy`; libxenctrl has no
    /// function for it.
    mutating func setCPUID(
        _ domid: DomainID, _ leaf: CPUIDLeaf, _ registers: CPUIDRegisters
    ) throws(HypercallError)
    /// Without a cpu. EEXIST for a number that is taken, ENOENT for a scheduler that this Xen was built without. The
    /// corresponding C function is `xc_cpupool_create`.
    mutating func createCPUPool(_ number: UInt32, scheduler: HypervisorFacts.Scheduler) throws(HypercallError)
    /// ENODEV for a cpu that is in a pool. The corresponding C function is `xc_cpupool_addcpu`.
    mutating func addCPU(_ cpu: UInt32, toPool number: UInt32) throws(HypercallError)
    /// EBUSY for the last cpu of a pool that has domains; pool 0 keeps cpu 0 (EINVAL). The corresponding C function is
    /// `xc_cpupool_removecpu`.
    mutating func removeCPU(_ cpu: UInt32, fromPool number: UInt32) throws(HypercallError)
    /// Takes the domain's affinities and its scheduler's parameters back to what they are for a new domain
    /// (sched_move_domain). The corresponding C function is `xc_cpupool_movedomain`.
    mutating func moveDomain(_ domid: DomainID, toPool number: UInt32) throws(HypercallError)
    /// Sets the affinities that are given. The corresponding C function is `xc_vcpu_setaffinity`.
    mutating func setAffinity(_ domid: DomainID, vcpu: UInt32, hard: CPUSet?, soft: CPUSet?) throws(HypercallError)
    /// The corresponding C function is `xc_vcpu_getaffinity`.
    mutating func affinity(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> (hard: CPUSet, soft: CPUSet)
    /// The corresponding C function is `xc_sched_credit2_domain_set`; `nil` leaves a value as it is.
    mutating func setCredit2(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError)
    /// The corresponding C function is `xc_sched_credit2_domain_get`.
    mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16)
    /// The corresponding C function is `xc_sched_credit_domain_set`; `nil` leaves a value as it is.
    mutating func setCredit(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError)
    /// The corresponding C function is `xc_sched_credit_domain_get`.
    mutating func credit(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16)
    /// For every vcpu that exists. The corresponding C function is `xc_sched_rtds_domain_set`.
    mutating func setRTDS(_ domid: DomainID, _ parameters: RTDSParameters) throws(HypercallError)
    /// Of one vcpu: what Xen tells of a domain (`xc_sched_rtds_domain_get`) is the default and not what was set. The
    /// corresponding C function is `xc_sched_rtds_vcpu_get`.
    mutating func rtds(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> RTDSParameters
    /// A set of nodes. The corresponding C function is `xc_domain_node_setaffinity`.
    mutating func setNodeAffinity(_ domid: DomainID, _ nodes: CPUSet) throws(HypercallError)
    /// The corresponding C function is `xc_domain_node_getaffinity`.
    mutating func nodeAffinity(_ domid: DomainID) throws(HypercallError) -> CPUSet
    /// The corresponding C function is `xc_domain_ioport_permission`. Xen lets nobody read it back.
    mutating func permitPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError)
    /// Passes accesses of an HVM container through, port by port. The corresponding C function is
    /// `xc_domain_ioport_mapping`.
    mutating func mapPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError)
    /// The corresponding C function is `xc_domain_iomem_permission`. Xen lets nobody read it back.
    mutating func permitMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError)
    /// Puts the frames where the domain has them; the domain must hold the permission. The corresponding C function is
    /// `xc_domain_memory_mapping`.
    mutating func mapMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError)
    /// By GSI, which a PVH boot domain can name; `xc_domain_irq_permission` wants a pirq of the caller's, and that has
    /// none. The corresponding C function is `xc_domain_gsi_permission`.
    mutating func permitInterrupt(_ domid: DomainID, gsi: UInt32) throws(HypercallError)
    /// The corresponding C function is `xc_domain_set_tsc_info`.
    mutating func setTSCMode(_ domid: DomainID, _ mode: TSCMode) throws(HypercallError)
    /// `nil` for a mode that has no name here. The corresponding C function is `xc_domain_get_tsc_info`.
    mutating func tscMode(_ domid: DomainID) throws(HypercallError) -> TSCMode?
    /// The corresponding C function is `xc_hvm_param_set`.
    mutating func setParameter(_ domid: DomainID, _ setting: HVMSetting) throws(HypercallError)
    /// FLASK's number for a label; EINVAL for one that the policy has not. The corresponding C function is
    /// `xc_flask_context_to_sid`.
    mutating func securityID(of context: [UInt8]) throws(HypercallError) -> UInt32
    /// The corresponding C function is `xc_flask_relabel_domain`.
    mutating func relabel(_ domid: DomainID, securityID: UInt32) throws(HypercallError)
    /// EINVAL for a device that is not there or is another guest's. The corresponding C function is
    /// `xc_test_assign_device`.
    mutating func testAssign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError)
    /// EOPNOTSUPP for a domain that was created without XEN_DOMCTL_CDF_iommu. The corresponding C function is
    /// `xc_assign_device`.
    mutating func assign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError)
    /// The corresponding C function is `xc_domain_sethandle`.
    mutating func setHandle(_ domid: DomainID, _ handle: DomainHandle) throws(HypercallError)

    /// Takes one from the domain's pause count. The corresponding C function is `xc_domain_unpause`; a domain that
    /// is not paused gives EINVAL.
    mutating func unpause(_ domid: DomainID) throws(HypercallError)

    /// Unpauses the domains in this order and shuts the calling domain down, by one hypercall: no instruction of the caller
    /// runs between. An entry that fails keeps Xen from none of the others (do_multicall), and nobody is left to see it.
    /// Throws only if the shutdown is refused. The corresponding hypercall is `__HYPERVISOR_multicall` of
    /// `XEN_DOMCTL_unpausedomain` and `SCHEDOP_shutdown` with SHUTDOWN_poweroff.
    mutating func shutDownCaller(unpausing domids: [DomainID]) throws(HandoffRefusal)

    /// Shuts the hardware domain down, and with it the host: Xen restarts or halts the machine (hwdom_shutdown). It need
    /// not have run. The corresponding C function is `xc_domain_shutdown`.
    mutating func shutDownHost(hardwareDomain: DomainID, reboot: Bool) throws(HypercallError)
}
