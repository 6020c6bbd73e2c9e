// SPDX-License-Identifier: Apache-2.0

import Platform

/// Event channels, reserved grants and what CPUID says.
extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
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

    public mutating func seedGrant(_ domid: DomainID, _ grant: ReservedGrant) throws(HypercallError) {
        try traced(.grantWrite, domid) { (host) throws(HypercallError) in try host.seedGrant(domid, grant) }
    }

    public mutating func seededGrant(
        _ domid: DomainID, _ reference: ReservedGrant.Reference
    ) throws(HypercallError) -> ReservedGrant? {
        try traced(.grantRead, domid) { (host) throws(HypercallError) in try host.seededGrant(domid, reference) }
    }

    public mutating func cpuid(_ domid: DomainID, _ leaf: CPUIDLeaf) throws(HypercallError) -> CPUIDRegisters {
        try traced(.getCPUPolicy, domid) { (host) throws(HypercallError) in try host.cpuid(domid, leaf) }
    }

    public mutating func setCPUID(
        _ domid: DomainID, _ leaf: CPUIDLeaf, _ registers: CPUIDRegisters
    ) throws(HypercallError) {
        try traced(.setCPUPolicy, domid) { (host) throws(HypercallError) in
            try host.setCPUID(domid, leaf, registers)
        }
    }
}
