// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Xen as a launch sees it, as strict as the real one: what was not built does not exist, a second unpause is EINVAL, a
/// page that is not there cannot be mapped. One call can be made to fail.
public struct SimulatedHypervisor: Hypervisor {
    enum ErrorCode {
        static let notPermitted: Int32 = 1
        static let noEntry: Int32 = 2
        static let noSuchDomain: Int32 = 3
        static let busy: Int32 = 16
        static let exists: Int32 = 17
        static let noDevice: Int32 = 19
        static let invalid: Int32 = 22
        static let noSpace: Int32 = 28
        static let outOfRange: Int32 = 34
        static let noSystemCall: Int32 = 38
        static let notSupported: Int32 = 95
        static let addressNotAvailable: Int32 = 99
    }

    public var facts: HypervisorFacts
    public var domainsByID: [UInt16: SimulatedDomain] = [:]
    /// Every operation in the order in which it came.
    public private(set) var calls: [(operation: Operation, domid: DomainID?)] = []
    /// Frames about which it was asked: real Xen takes time for each.
    public internal(set) var framesAsked: UInt64 = 0
    /// The call, counted from 0, that fails with this errno and does nothing.
    public var failure: (call: Int, code: Int32)?

    /// What Xen keeps from the hardware domain (dom0_setup_permissions): DMA and interrupt controllers, timers,
    /// reset, PCI's configuration ports ...
    public var withheldPorts = [
        (0x00, 0x22), (0x40, 4), (0x61, 1), (0x80, 16), (0x92, 1), (0xA0, 2), (0xC0, 32), (0xE9, 1), (0xF0, 1),
        (0x4D0, 2), (0xCF9, 1), (0xCFC, 4),
    ].compactMap {
        IOPortRange(first: $0.0, count: $0.1)
    }
    /// ... the I/O APIC and the local APICs.
    public var withheldFrames: [Range<UInt64>] = [0xFEC00..<0xFEC01, 0xFEE00..<0xFEE01]
    /// Inputs of the I/O APICs.
    public var interrupts: UInt32 = 24
    /// FLASK's labels, and their numbers.
    public var labels: [[UInt8]: UInt32] = [:]
    /// PCI devices, and the guest that has each; the hardware domain where there is none.
    public var devices: [UInt32: DomainID?] = [:]

    public var xenstore = SimulatedXenstore()
    /// Cpupools besides pool 0, and the cpus that pool 0 has given up.
    public var madePools: [CPUPool] = []
    public var givenUpCPUs = CPUSet()
    /// Those that this Xen was built with.
    public var schedulers: [HypervisorFacts.Scheduler] = [.credit, .credit2, .rtds, .arinc653, .null]
    /// The trace, and the clock that host and journal have in common.
    public var journal = RecordingJournal()
    public var costs = SimulatedCosts.none
    public var faults: [SimulatedFault] = []
    /// A real boot's answers, which count instead of this host's own.
    public var recording: RecordedAnswers?
    /// `nil`: each digest is computed when it is asked for.
    public var contentHashing: (any ContentHashing)?
    /// The program was built for another Xen than this.
    public var otherXen: OtherXen?
    var isWatching = false
    /// The lists by which PV domains are read.
    var translations: [UInt16: [UInt64]] = [:]
    /// In the order in which it will come.
    var pending: [Pending] = []

    /// Xen lists its domains by domid; nothing may depend on it.
    public var listsBackwards = false

    /// Operations that succeed and change nothing.
    public var ignored: Set<Operation> = []
    /// Somebody else's change to the host, right after each of DomB's own.
    public var meddling: ((inout SimulatedHypervisor, HypervisorChange) -> Void)?

    /// A Xen 4.20 with credit2, four GiB free of eight, domain 0 running, which is the hardware domain or not.
    public init(cpus: UInt32 = 2, callerIsHardwareDomain: Bool = false) {
        facts = HypervisorFacts(
            version: [UInt8]("4.20.3".utf8), buildID: [1, 2, 3, 4], commandLine: [UInt8]("dom0=pvh".utf8),
            callerIsHardwareDomain: callerIsHardwareDomain, scheduler: .credit2,
            host: HostResources(cpus: cpus, totalPages: 1 << 21, freePages: 1 << 20), domains: [])
        guard let domid = DomainID(rawValue: 0) else { return }
        var bootDomain = SimulatedDomain(domid: domid, kibibytes: 393_216)
        bootDomain.info.isPaused = false
        bootDomain.info.cpuTime = 1
        bootDomain.pauseCount = 0
        domainsByID[0] = bootDomain
    }

    /// What a PV domain's pages are is memory of the host.
    public mutating func add(_ domain: SimulatedDomain) {
        domainsByID[domain.info.domid.rawValue] = domain
        if let frames = domain.pv?.machineFrames, let first = frames.min(), let last = frames.max() {
            facts.ram.append(first..<(last + 1))
        }
    }

    /// Host and journal have one.
    var clock: VirtualClock { journal.clock }

    /// Makes a call and writes it into the trace.
    mutating func call<Value>(
        _ operation: Operation, _ domid: DomainID? = nil, detail: (Value) -> Line = { _ in Line() },
        _ body: (inout SimulatedHypervisor) throws(HypercallError) -> Value
    ) throws(HypercallError) -> Value {
        let start = journal.now()
        do throws(HypercallError) {
            let value = try body(&self)
            journal.record(operation, domid, 0, since: start, detail: detail(value))
            return value
        } catch {
            journal.record(operation, domid, -Int64(error.code), since: start)
            throw error
        }
    }

    /// Counts the call, and fails it if it is the one that is to fail.
    mutating func begin(_ operation: Operation, _ domid: DomainID? = nil) throws(HypercallError) {
        calls.append((operation, domid))
        clock.spend(costs.hypercall)
        if let failure, failure.call == calls.count - 1 { throw HypercallError(operation, domid, code: failure.code) }
        for index in faults.indices {
            if case .errno(let code) = faults[index].use(operation, domid) {
                throw HypercallError(operation, domid, code: code)
            }
        }
        guard let answer = recording?.answer(operation, domid) else { return }
        clock.reach(answer.end)
        for (domid, reason) in answer.shutDown {
            domainsByID[domid.rawValue]?.info.isShutDown = true
            domainsByID[domid.rawValue]?.info.shutdownReason = reason
        }
        guard answer.result == 0 else {
            throw HypercallError(operation, domid, code: Int32(clamping: answer.result.magnitude))
        }
    }

    var isIgnored: Bool { calls.last.map { ignored.contains($0.operation) } ?? false }

    /// The effect of the call that has begun.
    mutating func change(_ domid: DomainID, _ effect: (inout SimulatedDomain) -> Void) {
        guard !isIgnored, var domain = domainsByID[domid.rawValue] else { return }
        effect(&domain)
        domainsByID[domid.rawValue] = domain
    }

    mutating func domain(_ operation: Operation, _ domid: DomainID) throws(HypercallError) -> SimulatedDomain {
        try begin(operation, domid)
        catchUp()
        guard let domain = domainsByID[domid.rawValue] else {
            throw HypercallError(operation, domid, code: ErrorCode.noSuchDomain)
        }
        return domain
    }

    public mutating func version() throws(HypercallError) -> [UInt8] {
        try call(.version, detail: { Line($0[...]) }) { (xen) throws(HypercallError) in
            try xen.begin(.version)
            return xen.facts.version
        }
    }

    public mutating func buildID() throws(HypercallError) -> [UInt8] {
        try call(.buildID) { (xen) throws(HypercallError) in
            try xen.begin(.buildID)
            return xen.facts.buildID
        }
    }

    public mutating func commandLine() throws(HypercallError) -> [UInt8] {
        try call(.commandLine) { (xen) throws(HypercallError) in
            try xen.begin(.commandLine)
            return xen.facts.commandLine
        }
    }

    public func checkInterface(of version: [UInt8], for program: OtherXen.Program) throws(OtherXen) {
        guard let otherXen else { return }
        throw OtherXen(
            version: version, running: otherXen.running, built: otherXen.built, program: program)
    }

    public mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool {
        try call(.features, detail: { .hardwareRole($0) }) { (xen) throws(HypercallError) in
            try xen.begin(.features)
            return xen.facts.callerIsHardwareDomain
        }
    }

    public mutating func securityMode() throws(HypercallError) -> SecurityMode {
        try call(.flaskEnforcing, detail: { Line($0.name) }) { (xen) throws(HypercallError) in
            try xen.begin(.flaskEnforcing)
            return xen.facts.securityMode
        }
    }

    public mutating func hostResources() throws(HypercallError) -> HostResources {
        try call(.physinfo, detail: { $0.line }) { (xen) throws(HypercallError) in
            try xen.begin(.physinfo)
            return xen.facts.host
        }
    }

    public mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler {
        try call(.schedulerID, detail: { Line($0.name) }) { (xen) throws(HypercallError) in
            try xen.begin(.schedulerID)
            return xen.facts.scheduler
        }
    }

    public mutating func machineMemory() throws(HypercallError) -> [Range<UInt64>] {
        try call(.machineMemoryMap) { (xen) throws(HypercallError) in
            try xen.begin(.machineMemoryMap)
            return xen.facts.ram
        }
    }

    private var listing: [DomainInfo] {
        domainsByID.values.map { $0.info }.sorted { ($0.domid < $1.domid) != listsBackwards }
    }

    public mutating func domains(waiting: [DomainID]) throws(HypercallError) -> [DomainInfo] {
        try call(.getInfoList, detail: { Line(shutDown: $0, among: waiting) }) { (xen) throws(HypercallError) in
            try xen.begin(.getInfoList)
            xen.catchUp()
            return xen.listing
        }
    }

    public mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo {
        try call(.getInfo, domid) { (xen) throws(HypercallError) in try xen.domain(.getInfo, domid).info }
    }

    public mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState {
        try call(.getVCPUContext, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.getVCPUContext, domid)
            try xen.check(.getVCPUContext, domid, domain.pv == nil)
            return domain.state
        }
    }

    public mutating func pvContext(_ domid: DomainID) throws(HypercallError) -> [UInt8] {
        try call(.getPVContext, domid) { (xen) throws(HypercallError) in
            guard let pv = try xen.domain(.getPVContext, domid).pv else {
                throw HypercallError(.getPVContext, domid, code: ErrorCode.invalid)
            }
            return pv.context
        }
    }

    public mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool {
        try call(.getVCPUInfo, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.getVCPUInfo, domid)
            guard vcpu < domain.info.vcpus else {
                throw HypercallError(.getVCPUInfo, domid, code: ErrorCode.noSuchDomain)
            }
            return domain.onlineVCPUs.contains(vcpu)
        }
    }

    public mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64 {
        try call(.getParameter, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.getParameter, domid)
            try xen.check(.getParameter, domid, domain.pv == nil)
            return domain.parameters[parameter] ?? 0
        }
    }

    public mutating func maxGrantFrames(_ domid: DomainID) throws(HypercallError) -> UInt32 {
        try call(.queryGrantSize, domid) { (xen) throws(HypercallError) in
            for case .number(.maxGrantFrames, let frames) in try xen.domain(.queryGrantSize, domid).created {
                return frames
            }
            // Xen's gnttab_max_frames.
            return 64
        }
    }

    mutating func shutDownHost(hardwareDomain: DomainID, reboot: Bool) throws(HypercallError) {
        _ = try domain(.remoteShutdown, hardwareDomain)
        domainsByID[hardwareDomain.rawValue]?.info.isShutDown = true
    }
}
