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

    public mutating func machineMemory() throws(HypercallError) -> [Range<UInt64>] {
        try traced(.machineMemoryMap) { (host) throws(HypercallError) in try host.machineMemory() }
    }

    public mutating func domains() throws(HypercallError) -> [DomainInfo] {
        try traced(.getInfoList) { (host) throws(HypercallError) in try host.domains() }
    }

    public mutating func cpupools() throws(HypercallError) -> [CPUPool] {
        try traced(.getCPUPool) { (host) throws(HypercallError) in try host.cpupools() }
    }

    public mutating func apply(_ change: HypervisorChange, to domid: DomainID?) throws(HypercallError) {
        try traced(change.operation, domid) { (host) throws(HypercallError) in try host.apply(change, to: domid) }
    }

    /// Not traced: `announceHandoff` was, since nothing can be after it.
    public mutating func shutDownCaller(unpausing domids: [DomainID]) throws(HandoffRefusal) {
        try host.shutDownCaller(unpausing: domids)
    }
}
