// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine: Hypervisor where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    public mutating func version() throws(HypercallError) -> [UInt8] {
        try traced(.version) { (host) throws(HypercallError) in try host.version() }
    }

    public mutating func buildID() throws(HypercallError) -> [UInt8] {
        try traced(.buildID) { (host) throws(HypercallError) in try host.buildID() }
    }

    public mutating func commandLine() throws(HypercallError) -> [UInt8] {
        try traced(.commandLine) { (host) throws(HypercallError) in try host.commandLine() }
    }

    public mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool {
        try traced(.features) { (host) throws(HypercallError) in try host.callerIsHardwareDomain() }
    }

    public mutating func securityMode() throws(HypercallError) -> SecurityMode {
        try traced(.flaskEnforcing) { (host) throws(HypercallError) in try host.securityMode() }
    }

    public mutating func cpuCount() throws(HypercallError) -> UInt32 {
        try traced(.physinfo) { (host) throws(HypercallError) in try host.cpuCount() }
    }

    public mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler {
        try traced(.schedulerID) { (host) throws(HypercallError) in try host.scheduler() }
    }

    public mutating func domains() throws(HypercallError) -> [DomainInfo] {
        try traced(.getInfoList) { (host) throws(HypercallError) in try host.domains() }
    }

    public mutating func domainInfo(_ domid: DomainID) throws(HypercallError) -> DomainInfo {
        try traced(.getInfo, domid) { (host) throws(HypercallError) in try host.domainInfo(domid) }
    }

    public mutating func vcpuState(_ domid: DomainID) throws(HypercallError) -> VCPUState {
        try traced(.getVCPUContext, domid) { (host) throws(HypercallError) in try host.vcpuState(domid) }
    }

    public mutating func isVCPUOnline(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> Bool {
        try traced(.getVCPUInfo, domid) { (host) throws(HypercallError) in try host.isVCPUOnline(domid, vcpu: vcpu) }
    }

    public mutating func parameter(_ domid: DomainID, _ parameter: HVMParameter) throws(HypercallError) -> UInt64 {
        try traced(.getParameter, domid) { (host) throws(HypercallError) in try host.parameter(domid, parameter) }
    }

    public mutating func setMaxVCPUs(_ domid: DomainID, count: UInt32) throws(HypercallError) {
        try traced(.maxVCPUs, domid) { (host) throws(HypercallError) in try host.setMaxVCPUs(domid, count: count) }
    }

    public mutating func setMaxMemory(_ domid: DomainID, kibibytes: UInt64) throws(HypercallError) {
        try traced(.setMaxMemory, domid) { (host) throws(HypercallError) in
            try host.setMaxMemory(domid, kibibytes: kibibytes)
        }
    }

    public mutating func setAffinity(
        _ domid: DomainID, vcpu: UInt32, hard: CPUSet?, soft: CPUSet?
    ) throws(HypercallError) {
        try traced(.setAffinity, domid) { (host) throws(HypercallError) in
            try host.setAffinity(domid, vcpu: vcpu, hard: hard, soft: soft)
        }
    }

    public mutating func affinity(
        _ domid: DomainID, vcpu: UInt32
    ) throws(HypercallError) -> (hard: CPUSet, soft: CPUSet) {
        try traced(.getAffinity, domid) { (host) throws(HypercallError) in try host.affinity(domid, vcpu: vcpu) }
    }

    public mutating func setCredit2(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError) {
        try traced(.creditSet, domid) { (host) throws(HypercallError) in
            try host.setCredit2(domid, weight: weight, cap: cap)
        }
    }

    public mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        try traced(.creditGet, domid) { (host) throws(HypercallError) in try host.credit2(domid) }
    }

    public mutating func setHandle(_ domid: DomainID, _ handle: DomainHandle) throws(HypercallError) {
        try traced(.setHandle, domid) { (host) throws(HypercallError) in try host.setHandle(domid, handle) }
    }

    public mutating func unpause(_ domid: DomainID) throws(HypercallError) {
        try traced(.unpause, domid) { (host) throws(HypercallError) in try host.unpause(domid) }
    }

    public mutating func shutDownHost(hardwareDomain: DomainID, reboot: Bool) throws(HypercallError) {
        try traced(.remoteShutdown, hardwareDomain) { (host) throws(HypercallError) in
            try host.shutDownHost(hardwareDomain: hardwareDomain, reboot: reboot)
        }
    }
}
