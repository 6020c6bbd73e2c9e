// SPDX-License-Identifier: Apache-2.0

import Platform

/// Xen as a launch sees it, as strict as the real one: what was not built does not exist, a second unpause is EINVAL, a
/// page that is not there cannot be mapped. One call can be made to fail.
public struct SimulatedHypervisor: Hypervisor {
    enum ErrorCode {
        static let noSuchDomain: Int32 = 3
        static let invalid: Int32 = 22
    }

    public var facts: HypervisorFacts
    public var domainsByID: [UInt16: SimulatedDomain] = [:]
    /// Every operation in the order in which it came.
    public private(set) var calls: [(operation: Operation, domid: DomainID?)] = []
    /// The call, counted from 0, that fails with this errno and does nothing.
    public var failure: (call: Int, code: Int32)?

    /// A Xen 4.20 with credit2, domain 0 running, which is the hardware domain or not.
    public init(cpus: UInt32 = 2, callerIsHardwareDomain: Bool = false) {
        facts = HypervisorFacts(
            version: [UInt8]("4.20.3".utf8), buildID: [1, 2, 3, 4], commandLine: [UInt8]("dom0=pvh".utf8),
            callerIsHardwareDomain: callerIsHardwareDomain, scheduler: .credit2, cpus: cpus, domains: [])
        guard let domid = DomainID(rawValue: 0) else { return }
        var bootDomain = SimulatedDomain(domid: domid, kibibytes: 393_216)
        bootDomain.info.isPaused = false
        bootDomain.info.cpuTime = 1
        bootDomain.pauseCount = 0
        domainsByID[0] = bootDomain
    }

    public mutating func add(_ domain: SimulatedDomain) { domainsByID[domain.info.domid.rawValue] = domain }

    /// Counts the call, and fails it if it is the one that is to fail.
    private mutating func begin(_ operation: Operation, _ domid: DomainID? = nil) throws(HypercallError) {
        calls.append((operation, domid))
        if let failure, failure.call == calls.count - 1 { throw HypercallError(operation, domid, code: failure.code) }
    }

    mutating func domain(_ operation: Operation, _ domid: DomainID) throws(HypercallError) -> SimulatedDomain {
        try begin(operation, domid)
        guard let domain = domainsByID[domid.rawValue] else {
            throw HypercallError(operation, domid, code: ErrorCode.noSuchDomain)
        }
        return domain
    }

    public mutating func version() throws(HypercallError) -> [UInt8] {
        try begin(.version)
        return facts.version
    }

    public mutating func buildID() throws(HypercallError) -> [UInt8] {
        try begin(.buildID)
        return facts.buildID
    }

    public mutating func commandLine() throws(HypercallError) -> [UInt8] {
        try begin(.commandLine)
        return facts.commandLine
    }

    public mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool {
        try begin(.features)
        return facts.callerIsHardwareDomain
    }

    public mutating func securityMode() throws(HypercallError) -> SecurityMode {
        try begin(.flaskEnforcing)
        return facts.securityMode
    }

    public mutating func cpuCount() throws(HypercallError) -> UInt32 {
        try begin(.physinfo)
        return facts.cpus
    }

    public mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler {
        try begin(.schedulerID)
        return facts.scheduler
    }

    private var listing: [DomainInfo] { domainsByID.values.map { $0.info }.sorted { $0.domid < $1.domid } }

    public mutating func domains() throws(HypercallError) -> [DomainInfo] {
        try begin(.getInfoList)
        return listing
    }

    public mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo {
        try domain(.getInfo, domid).info
    }

    public mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState {
        try domain(.getVCPUContext, domid).state
    }

    public mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool {
        let domain = try domain(.getVCPUInfo, domid)
        guard vcpu < domain.info.vcpus else { throw HypercallError(.getVCPUInfo, domid, code: ErrorCode.noSuchDomain) }
        return domain.onlineVCPUs.contains(vcpu)
    }

    public mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64 {
        try domain(.getParameter, domid).parameters[parameter] ?? 0
    }

    public mutating func setMaxVCPUs(_ domid: DomainID, count: UInt32) throws(HypercallError) {
        let domain = try domain(.maxVCPUs, domid)
        guard count == domain.maxVCPUs else { throw HypercallError(.maxVCPUs, domid, code: ErrorCode.invalid) }
        domainsByID[domid.rawValue]?.info.vcpus = count
    }

    public mutating func setMaxMemory(_ domid: DomainID, kibibytes: UInt64) throws(HypercallError) {
        _ = try domain(.setMaxMemory, domid)
        domainsByID[domid.rawValue]?.info.maxPages = kibibytes / 4
    }

    public mutating func setAffinity(
        _ domid: DomainID, vcpu: UInt32, hard: CPUSet?, soft: CPUSet?
    ) throws(HypercallError) {
        let domain = try domain(.setAffinity, domid)
        guard vcpu < domain.info.vcpus else { throw HypercallError(.setAffinity, domid, code: ErrorCode.noSuchDomain) }
        var affinity = domain.affinities[Int(vcpu)]
        affinity.hard = hard ?? affinity.hard
        affinity.soft = soft ?? affinity.soft
        // sched_set_affinity: at least one of the cpus must be online.
        guard !affinity.hard.limited(to: facts.cpus).isEmpty else {
            throw HypercallError(.setAffinity, domid, code: ErrorCode.invalid)
        }
        domainsByID[domid.rawValue]?.affinities[Int(vcpu)] = affinity
    }

    public mutating func affinity(
        _ domid: DomainID, vcpu: UInt32
    ) throws(HypercallError) -> (hard: CPUSet, soft: CPUSet) {
        let domain = try domain(.getAffinity, domid)
        guard vcpu < domain.info.vcpus else { throw HypercallError(.getAffinity, domid, code: ErrorCode.noSuchDomain) }
        return domain.affinities[Int(vcpu)]
    }

    public mutating func setCredit2(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError) {
        let domain = try domain(.creditSet, domid)
        domainsByID[domid.rawValue]?.weight = weight ?? domain.weight
        domainsByID[domid.rawValue]?.cap = cap ?? domain.cap
    }

    public mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        let domain = try domain(.creditGet, domid)
        return (domain.weight, domain.cap)
    }

    public mutating func setHandle(_ domid: DomainID, _ handle: DomainHandle) throws(HypercallError) {
        _ = try domain(.setHandle, domid)
        domainsByID[domid.rawValue]?.info.handle = handle
    }

    public mutating func unpause(_ domid: DomainID) throws(HypercallError) {
        let domain = try domain(.unpause, domid)
        // domain_unpause_by_systemcontroller: a count that would fall below zero is refused.
        guard domain.pauseCount > 0 else { throw HypercallError(.unpause, domid, code: ErrorCode.invalid) }
        domainsByID[domid.rawValue]?.pauseCount -= 1
        domainsByID[domid.rawValue]?.info.isPaused = domain.pauseCount > 1
    }

    public mutating func shutDownHost(hardwareDomain: DomainID, reboot: Bool) throws(HypercallError) {
        _ = try domain(.remoteShutdown, hardwareDomain)
        domainsByID[hardwareDomain.rawValue]?.info.isShutDown = true
    }
}
