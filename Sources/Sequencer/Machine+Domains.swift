// SPDX-License-Identifier: Apache-2.0

import Platform

/// What Xen tells of a domain, and the ports that it gives one.
extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
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

    public mutating func affinity(
        _ domid: DomainID, vcpu: UInt32
    ) throws(HypercallError) -> (hard: CPUSet, soft: CPUSet) {
        try traced(.getAffinity, domid) { (host) throws(HypercallError) in try host.affinity(domid, vcpu: vcpu) }
    }

    public mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        try traced(.credit2Get, domid) { (host) throws(HypercallError) in try host.credit2(domid) }
    }

    public mutating func credit(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        try traced(.creditGet, domid) { (host) throws(HypercallError) in try host.credit(domid) }
    }

    public mutating func rtds(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> RTDSParameters {
        try traced(.rtdsGet, domid) { (host) throws(HypercallError) in try host.rtds(domid, vcpu: vcpu) }
    }

    public mutating func nodeAffinity(_ domid: DomainID) throws(HypercallError) -> CPUSet {
        try traced(.getNodeAffinity, domid) { (host) throws(HypercallError) in try host.nodeAffinity(domid) }
    }

    public mutating func tscMode(_ domid: DomainID) throws(HypercallError) -> TSCMode? {
        try traced(.getTSCInfo, domid) { (host) throws(HypercallError) in try host.tscMode(domid) }
    }

    public mutating func securityID(of context: [UInt8]) throws(HypercallError) -> UInt32 {
        try traced(.contextToSID) { (host) throws(HypercallError) in try host.securityID(of: context) }
    }

    public mutating func allocateChannel(_ domid: DomainID, remote: DomainID) throws(HypercallError) -> UInt32 {
        try traced(.allocUnbound, domid) { (host) throws(HypercallError) in
            try host.allocateChannel(domid, remote: remote)
        }
    }

    public mutating func unboundChannel(_ domid: DomainID, port: UInt32) throws(HypercallError) -> DomainID? {
        try traced(.channelStatus, domid) { (host) throws(HypercallError) in
            try host.unboundChannel(domid, port: port)
        }
    }

    public mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant? {
        try traced(.grantRead, domid) { (host) throws(HypercallError) in try host.seededGrant(domid, reference) }
    }

    public mutating func cpuid(_ domid: DomainID, _ leaf: CPUIDLeaf) throws(HypercallError) -> CPUIDRegisters {
        try traced(.getCPUPolicy, domid) { (host) throws(HypercallError) in try host.cpuid(domid, leaf) }
    }
}
