// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine: Hypervisor where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    public mutating func version() throws(HypercallError) -> [UInt8] {
        try traced(.version, detail: { Line($0[...]) }) { (host) throws(HypercallError) in try host.version() }
    }

    public mutating func buildID() throws(HypercallError) -> [UInt8] {
        try traced(.buildID) { (host) throws(HypercallError) in try host.buildID() }
    }

    public mutating func commandLine() throws(HypercallError) -> [UInt8] {
        try traced(.commandLine) { (host) throws(HypercallError) in try host.commandLine() }
    }

    public mutating func callerIsHardwareDomain() throws(HypercallError) -> Bool {
        try traced(.features, detail: { $0 ? "hardware domain" : "not the hardware domain" }) {
            (host) throws(HypercallError) in try host.callerIsHardwareDomain()
        }
    }

    public mutating func securityMode() throws(HypercallError) -> SecurityMode {
        try traced(.flaskEnforcing, detail: { Line($0.name) }) { (host) throws(HypercallError) in
            try host.securityMode()
        }
    }

    public mutating func hostResources() throws(HypercallError) -> HostResources {
        try traced(.physinfo, detail: { $0.line }) { (host) throws(HypercallError) in try host.hostResources() }
    }

    public mutating func scheduler() throws(HypercallError) -> HypervisorFacts.Scheduler {
        try traced(.schedulerID, detail: { Line($0.name) }) { (host) throws(HypercallError) in try host.scheduler() }
    }

    public mutating func machineRAM() throws(HypercallError) -> [Range<UInt64>] {
        try traced(.machineMemoryMap) { (host) throws(HypercallError) in try host.machineRAM() }
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

    public mutating func unpause(_ domid: DomainID) throws(HypercallError) {
        try traced(.unpause, domid) { (host) throws(HypercallError) in try host.unpause(domid) }
    }

    /// Not traced: `announceHandoff` was, since nothing can be after it.
    public mutating func shutDownCaller(unpausing domids: [DomainID]) throws(HandoffRefusal) {
        try host.shutDownCaller(unpausing: domids)
    }

    public mutating func shutDownHost(hardwareDomain: DomainID, reboot: Bool) throws(HypercallError) {
        try traced(.remoteShutdown, hardwareDomain) { (host) throws(HypercallError) in
            try host.shutDownHost(hardwareDomain: hardwareDomain, reboot: reboot)
        }
    }
}
