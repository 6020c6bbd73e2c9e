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
    /// The most frames that its grant table may have: fixed when a domain is created, Xen has no call that changes it. The
    /// corresponding C function is `xc_gnttab_query_size`.
    mutating func maxGrantFrames(_ domid: DomainID) throws(HypercallError) -> UInt32
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

/// Every operation that DomB issues, by its field name. The list is closed: nothing else reaches Xen, the TPM or the
/// kernel while a launch runs, and the trace names each use.
public enum Operation: Word, CaseIterable, Sendable {
    case version = "XENVER_extraversion2"
    case buildID = "XENVER_build_id"
    case commandLine = "XENVER_commandline2"
    case features = "XENVER_get_features"
    case flaskEnforcing = "xc_flask_getenforce"
    case physinfo = "xc_physinfo"
    case schedulerID = "xc_sched_id"
    case machineMemoryMap = "xc_get_machine_memory_map"
    case getCPUPool = "xc_cpupool_getinfo"
    case getInfoList = "xc_domain_getinfolist"
    case getInfo = "xc_domain_getinfo_single"
    case getVCPUContext = "xc_domain_hvm_getcontext_partial"
    case getPVContext = "xc_vcpu_getcontext"
    case getVCPUInfo = "xc_vcpu_getinfo"
    case getParameter = "xc_hvm_param_get"
    case maximumFrame = "xc_domain_maximum_gpfn"
    case pageTypes = "xc_get_pfn_type_batch"
    case foreignMap = "xenforeignmemory_map"
    case foreignWrite = "xenforeignmemory_map (writable)"
    case maxVCPUs = "xc_domain_max_vcpus"
    case setMaxMemory = "xc_domain_setmaxmem"
    case setAffinity = "xc_vcpu_setaffinity"
    case getAffinity = "xc_vcpu_getaffinity"
    case credit2Set = "xc_sched_credit2_domain_set"
    case credit2Get = "xc_sched_credit2_domain_get"
    case setHandle = "xc_domain_sethandle"
    case creditSet = "xc_sched_credit_domain_set"
    case creditGet = "xc_sched_credit_domain_get"
    case rtdsSet = "xc_sched_rtds_domain_set"
    case rtdsGet = "xc_sched_rtds_vcpu_get"
    case setNodeAffinity = "xc_domain_node_setaffinity"
    case getNodeAffinity = "xc_domain_node_getaffinity"
    case getCPUPolicy = "XEN_DOMCTL_get_cpu_policy"
    case setCPUPolicy = "XEN_DOMCTL_set_cpu_policy"
    case queryGrantSize = "xc_gnttab_query_size"
    case createCPUPool = "xc_cpupool_create"
    case addPoolCPU = "xc_cpupool_addcpu"
    case removePoolCPU = "xc_cpupool_removecpu"
    case moveToPool = "xc_cpupool_movedomain"
    case permitPorts = "xc_domain_ioport_permission"
    case mapPorts = "xc_domain_ioport_mapping"
    case permitMemory = "xc_domain_iomem_permission"
    case mapMemory = "xc_domain_memory_mapping"
    case permitInterrupt = "xc_domain_gsi_permission"
    case setTSCInfo = "xc_domain_set_tsc_info"
    case getTSCInfo = "xc_domain_get_tsc_info"
    case setParameter = "xc_hvm_param_set"
    case contextToSID = "xc_flask_context_to_sid"
    case relabelDomain = "xc_flask_relabel_domain"
    case testAssignDevice = "xc_test_assign_device"
    case assignDevice = "xc_assign_device"
    case allocUnbound = "xc_evtchn_alloc_unbound"
    case channelStatus = "xc_evtchn_status"
    case grantRead = "xenforeignmemory_map_resource"
    case grantWrite = "xenforeignmemory_map_resource (writable)"
    case xenstoreOpen = "xs_open"
    case xenstoreRead = "xs_read"
    case transactionStart = "xs_transaction_start"
    case xenstoreWrite = "xs_write"
    case transactionEnd = "xs_transaction_end"
    case introduce = "xs_introduce_domain"
    case isIntroduced = "xs_is_domain_introduced"
    case xenstoreWatch = "xs_watch"
    case xenstoreWait = "xs_check_watch"
    case unpause = "xc_domain_unpause"
    case setVIRQHandler = "xc_domain_set_virq_handler"
    case bindVIRQ = "xenevtchn_bind_virq"
    case waitForEvent = "xenevtchn_pending"
    case getCapability = "TPM2_GetCapability"
    case readClock = "TPM2_ReadClock"
    case pcrExtend = "TPM2_PCR_Extend"
    case pcrRead = "TPM2_PCR_Read"
    case getTestResult = "TPM2_GetTestResult"
    case setLocality = "Tss2_Tcti_SetLocality"
    case unpauseAtHandoff = "XEN_DOMCTL_unpausedomain"
    case shutdown = "SCHEDOP_shutdown"
    case execute = "execveat"
    case park = "park"
    case remoteShutdown = "xc_domain_shutdown"

    /// Whether it is a request to xenstored: libxenstore's functions begin so.
    var isOfXenstore: Bool { Line(name).bytes.starts(with: Line("xs_").bytes) }
}
