// SPDX-License-Identifier: Apache-2.0

/// Where DomB tells what it does, and its clock. It never fails: a console that takes nothing must not stop a launch.
public protocol Journal: ~Copyable {
    /// Microseconds since PID 1's start.
    mutating func now() -> UInt64
    /// Comes back after at least this time.
    mutating func wait(microseconds: UInt64)
    /// A line for people.
    mutating func note(_ line: Line)
    /// One operation that was issued, and what came of it.
    mutating func record(_ entry: TraceEntry)
    /// A domain was measured; the digest is SHA-256 over its record's event data.
    mutating func measured(_ domid: DomainID, name: [UInt8], digest: Digest)
    /// The whole event log as it stands, for whoever keeps it, and its SHA-256.
    mutating func publish(eventLog: [UInt8], digest: Digest)
}

extension Journal where Self: ~Copyable {
    /// An operation that began at `start`, in the journal's microseconds, and has just ended.
    public mutating func record(
        _ operation: Operation, _ domid: DomainID?, _ result: Int64, since start: UInt64, detail: Line = Line()
    ) {
        record(
            TraceEntry(
                operation: operation, domid: domid, result: result, start: start, end: now(), detail: detail))
    }
}

/// One issued operation and how it ended.
public struct TraceEntry: Equatable, Sendable {
    /// What was issued.
    public let operation: Operation
    /// Whose domain it is about; `nil` where none is.
    public let domid: DomainID?
    /// Zero for success, else -errno, or the TSS2_RC of a TPM command.
    public let result: Int64
    /// Microseconds since PID 1's start, by the journal's clock.
    public let start: UInt64
    /// Microseconds since PID 1's start.
    public let end: UInt64
    /// What came of it, where that is worth keeping. Empty otherwise.
    public let detail: Line

    public init(
        operation: Operation, domid: DomainID?, result: Int64, start: UInt64, end: UInt64, detail: Line = Line()
    ) {
        self.operation = operation
        self.domid = domid
        self.result = result
        self.start = start
        self.end = end
        self.detail = detail
    }
}

// What the trace says of answers on which a later decision depends: docs/console.md. Short: a line of the console has
// room for little more than ten characters.

extension HostResources {
    /// "2 cpus, 1048576 pages free".
    public var line: Line { "\(cpus) cpus, \(freePages) pages free" }
}

extension Line {
    /// Whether the caller is the hardware domain.
    public static func hardwareRole(_ isCallers: Bool) -> Line {
        isCallers ? "hardware domain" : "not the hardware domain"
    }

    /// "2:0,3:1": those of the domains that have shut down, with their SHUTDOWN_*.
    public init(shutDown domains: [DomainInfo], among waiting: [DomainID]) {
        let ended = domains.filter { waiting.contains($0.domid) }.compactMap { domain in
            domain.shutdownReason.map { (domid: domain.domid, reason: $0.rawValue) }
        }
        self.init(ended) { "\($0.domid):\($0.reason)" }
    }

    /// Whether the node that a domain is waited for by is there.
    public static func readiness(_ isThere: Bool) -> Line { isThere ? "ready" : "not ready" }

    /// Whether xenstore gave a domain's nodes back as they were written.
    public static func kept(_ isKept: Bool, of nodes: [XenstoreNode]) -> Line {
        isKept ? "\(nodes.count) nodes" : "not kept"
    }
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
