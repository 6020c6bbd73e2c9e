// SPDX-License-Identifier: Apache-2.0

/// What a launch asks of Xen: one method for each question, and one for every change but an unpause (`Unpausing`). Each fails with the errno
/// that libxenctrl gave. Each writes itself into the trace, as those of `ImageSource`, `DomainEvents` and `Xenstore` do: a
/// host makes its calls in one function, and that one tells the journal.
public protocol Hypervisor: ~Copyable {
    /// Where the host tells what it does.
    associatedtype Log: Journal
    /// Console, trace and clock of the launch.
    var journal: Log { get set }

    /// "MAJOR.MINOR" and the extra version. Xen: XENVER_version, XENVER_extraversion2.
    mutating func version() throws(HypercallError) -> [UInt8]
    /// Throws where Xen has other structures, by its version and its numbers, than the program was built for: what is asked
    /// after it would be misunderstood. `version` is the answer of `version()`.
    borrowing func checkInterface(of version: [UInt8], for program: OtherXen.Program) throws(OtherXen)
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
    /// The machine frames that are memory, or that Xen or the firmware uses (`MachineMemory`); a frame that is so in part
    /// counts. The corresponding C function is `xc_get_machine_memory_map`.
    mutating func machineMemory() throws(HypercallError) -> [Range<UInt64>]
    /// Every domain of the host, in domid order. The trace tells which of `waiting` have shut down. The corresponding C
    /// function is `xc_domain_getinfolist`.
    mutating func domains(waiting: [DomainID]) throws(HypercallError) -> [DomainInfo]
    /// The corresponding C function is `xc_domain_getinfo_single`.
    mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo
    /// Registers of vcpu 0. The corresponding C function is `xc_domain_hvm_getcontext_partial`.
    mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState
    /// vcpu 0 of a PV domain: the bytes of a 64-bit `struct vcpu_guest_context`. The corresponding C function is
    /// `xc_vcpu_getcontext`.
    mutating func pvContext(_ domid: DomainID) throws(HypercallError) -> [UInt8]
    /// Whether a vcpu that exists would run once its domain is unpaused. The corresponding C function is
    /// `xc_vcpu_getinfo`.
    mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool
    /// An HVM parameter. The corresponding C function is `xc_hvm_param_get`.
    mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64

    /// Makes the change, to the domain or, where it is none of a domain's, to the host (`nil`).
    mutating func apply(_ change: HypervisorChange, to domid: DomainID?) throws(HypercallError)
    /// A port of the domain that `remote` may bind (EVTCHNOP_bind_interdomain); the lowest that is free. The corresponding
    /// C function is `xc_evtchn_alloc_unbound`.
    mutating func allocateChannel(_ domid: DomainID, remote: DomainID) throws(HypercallError) -> UInt32
    /// Who may bind the domain's port; `nil` for one that is not unbound. The corresponding C function is
    /// `xc_evtchn_status`.
    mutating func unboundChannel(_ domid: DomainID, port: UInt32) throws(HypercallError) -> DomainID?
    /// What a reserved entry of a domain's grant table holds; `nil` where it grants nothing. The corresponding C function is
    /// `xenforeignmemory_map_resource` with XENMEM_resource_grant_table.
    mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant?
    /// What CPUID tells the domain; zeros for a leaf that it does not have. The corresponding hypercall is
    /// `XEN_DOMCTL_get_cpu_policy`.
    mutating func cpuid(_ domid: DomainID, _ leaf: CPUIDLeaf) throws(HypercallError) -> CPUIDRegisters
    /// The corresponding C function is `xc_vcpu_getaffinity`.
    mutating func affinity(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> (hard: CPUSet, soft: CPUSet)
    /// The corresponding C function is `xc_sched_credit2_domain_get`.
    mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16)
    /// The corresponding C function is `xc_sched_credit_domain_get`.
    mutating func credit(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16)
    /// Of one vcpu: what Xen tells of a domain (`xc_sched_rtds_domain_get`) is the default and not what was set. The
    /// corresponding C function is `xc_sched_rtds_vcpu_get`.
    mutating func rtds(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> RTDSParameters
    /// The corresponding C function is `xc_domain_node_getaffinity`.
    mutating func nodeAffinity(_ domid: DomainID) throws(HypercallError) -> CPUSet
    /// `nil` for a mode that has no name here. The corresponding C function is `xc_domain_get_tsc_info`.
    mutating func tscMode(_ domid: DomainID) throws(HypercallError) -> TSCMode?
    /// FLASK's number for a label; EINVAL for one that the policy has not. The corresponding C function is
    /// `xc_flask_context_to_sid`.
    mutating func securityID(of context: [UInt8]) throws(HypercallError) -> UInt32
}

/// What lets a launch wait for domains without polling.
public protocol DomainEvents: ~Copyable {
    /// From here on `waitForEvent` comes back when a domain shuts down or dies. The boot domain takes VIRQ_DOM_EXC over
    /// where another domain has the hardware role, and with it the interrupt. Fails with EEXIST where another process of
    /// the boot domain has it. The corresponding C functions are `xc_domain_set_virq_handler` and `xenevtchn_bind_virq`.
    mutating func watchDomains(bootDomain: DomainID) throws(HypercallError)
    /// Comes back when a domain or a node may have changed, at the latest after this time; it may come back for nothing.
    /// The corresponding C functions are `poll` and `xenevtchn_pending`.
    mutating func waitForEvent(atMost microseconds: UInt64) throws(HypercallError)
    /// Gives VIRQ_DOM_EXC to the domain that is to have it from here on; `nil` leaves it where it is.
    mutating func endWatch(handOver: DomainID?) throws(HypercallError)
}
