// SPDX-License-Identifier: Apache-2.0

import Platform

/// What changes a domain, and what reads that back.
extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
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
        try traced(.credit2Set, domid) { (host) throws(HypercallError) in
            try host.setCredit2(domid, weight: weight, cap: cap)
        }
    }

    public mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        try traced(.credit2Get, domid) { (host) throws(HypercallError) in try host.credit2(domid) }
    }

    public mutating func setHandle(_ domid: DomainID, _ handle: DomainHandle) throws(HypercallError) {
        try traced(.setHandle, domid) { (host) throws(HypercallError) in try host.setHandle(domid, handle) }
    }

    public mutating func setCredit(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError) {
        try traced(.creditSet, domid) { (host) throws(HypercallError) in
            try host.setCredit(domid, weight: weight, cap: cap)
        }
    }

    public mutating func credit(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        try traced(.creditGet, domid) { (host) throws(HypercallError) in try host.credit(domid) }
    }

    public mutating func setRTDS(_ domid: DomainID, _ parameters: RTDSParameters) throws(HypercallError) {
        try traced(.rtdsSet, domid) { (host) throws(HypercallError) in try host.setRTDS(domid, parameters) }
    }

    public mutating func rtds(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> RTDSParameters {
        try traced(.rtdsGet, domid) { (host) throws(HypercallError) in try host.rtds(domid, vcpu: vcpu) }
    }

    public mutating func setNodeAffinity(_ domid: DomainID, _ nodes: CPUSet) throws(HypercallError) {
        try traced(.setNodeAffinity, domid) { (host) throws(HypercallError) in try host.setNodeAffinity(domid, nodes) }
    }

    public mutating func nodeAffinity(_ domid: DomainID) throws(HypercallError) -> CPUSet {
        try traced(.getNodeAffinity, domid) { (host) throws(HypercallError) in try host.nodeAffinity(domid) }
    }

    public mutating func permitPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError) {
        try traced(.permitPorts, domid) { (host) throws(HypercallError) in try host.permitPorts(domid, ports) }
    }

    public mutating func mapPorts(_ domid: DomainID, _ ports: IOPortRange) throws(HypercallError) {
        try traced(.mapPorts, domid) { (host) throws(HypercallError) in try host.mapPorts(domid, ports) }
    }

    public mutating func permitMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError) {
        try traced(.permitMemory, domid) { (host) throws(HypercallError) in try host.permitMemory(domid, memory) }
    }

    public mutating func mapMemory(_ domid: DomainID, _ memory: IOMemoryRange) throws(HypercallError) {
        try traced(.mapMemory, domid) { (host) throws(HypercallError) in try host.mapMemory(domid, memory) }
    }

    public mutating func permitInterrupt(_ domid: DomainID, gsi: UInt32) throws(HypercallError) {
        try traced(.permitInterrupt, domid) { (host) throws(HypercallError) in try host.permitInterrupt(domid, gsi: gsi)
        }
    }

    public mutating func setTSCMode(_ domid: DomainID, _ mode: TSCMode) throws(HypercallError) {
        try traced(.setTSCInfo, domid) { (host) throws(HypercallError) in try host.setTSCMode(domid, mode) }
    }

    public mutating func tscMode(_ domid: DomainID) throws(HypercallError) -> TSCMode? {
        try traced(.getTSCInfo, domid) { (host) throws(HypercallError) in try host.tscMode(domid) }
    }

    public mutating func setParameter(_ domid: DomainID, _ setting: HVMSetting) throws(HypercallError) {
        try traced(.setParameter, domid) { (host) throws(HypercallError) in try host.setParameter(domid, setting) }
    }

    public mutating func securityID(of context: [UInt8]) throws(HypercallError) -> UInt32 {
        try traced(.contextToSID) { (host) throws(HypercallError) in try host.securityID(of: context) }
    }

    public mutating func relabel(_ domid: DomainID, securityID: UInt32) throws(HypercallError) {
        try traced(.relabelDomain, domid) { (host) throws(HypercallError) in
            try host.relabel(domid, securityID: securityID)
        }
    }

    public mutating func testAssign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError) {
        try traced(.testAssignDevice, domid) { (host) throws(HypercallError) in try host.testAssign(domid, device) }
    }

    public mutating func assign(_ domid: DomainID, _ device: PCIAddress) throws(HypercallError) {
        try traced(.assignDevice, domid) { (host) throws(HypercallError) in try host.assign(domid, device) }
    }
}
