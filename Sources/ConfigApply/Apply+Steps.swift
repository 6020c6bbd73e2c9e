// SPDX-License-Identifier: Apache-2.0

import Platform

/// Operations of more than one call.
extension ConfigOperation {
    /// A pool with the cpus that pool 0 gives up. True if Xen has it so.
    static func make<Host: Hypervisor & ~Copyable>(_ pool: CPUPool, on host: inout Host) throws(HypercallError) -> Bool
    {
        try host.apply(.createPool(pool.number, pool.scheduler), to: nil)
        for cpu in pool.cpus.members {
            try host.apply(.removeCPU(cpu, pool: 0), to: nil)
            try host.apply(.addCPU(cpu, pool: pool.number), to: nil)
        }
        let made = try host.cpupools().first { $0.number == pool.number }
        return made?.scheduler == pool.scheduler && made?.cpus == pool.cpus
    }

    /// Asks Xen for a port, which must be the expected one: nobody could tell the remote domain of another.
    static func open<Host: Hypervisor & ~Copyable>(
        _ port: UInt32, to remote: DomainID, _ domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> Outcome {
        let actual = try host.allocateChannel(domid, remote: remote)
        let waitsFor = try host.unboundChannel(domid, port: actual)
        return actual == port ? Outcome(waitsFor == remote) : .otherPort(actual)
    }

    /// Takes features from a domain and gives none: whatever else a leaf says stays as it is.
    static func clear<Host: Hypervisor & ~Copyable>(
        _ features: [CPUFeature], of domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> Outcome {
        for leaf in CPUIDLeaf.allCases {
            let wanted = features.filter { $0.leaf == leaf }
            guard !wanted.isEmpty else { continue }
            var registers = try host.cpuid(domid, leaf)
            for feature in wanted { registers.clear(feature) }
            try host.apply(.cpuid(leaf, registers), to: domid)
            let kept = try host.cpuid(domid, leaf)
            guard wanted.allSatisfy({ !kept.has($0) }) else { return .notKept }
        }
        return .kept
    }

    /// Kept if `remote` may now bind the channel and map the page. A channel that the builder made already is left as it
    /// is.
    static func makeRing<Host: Hypervisor & ~Copyable>(
        _ reference: ReservedGrant.Reference, _ remote: DomainID, _ domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> Outcome {
        guard let frame = UInt32(exactly: try host.parameter(domid, reference.frameParameter)), frame != 0 else {
            return .noPage
        }
        var port = try host.parameter(domid, reference.channelParameter)
        if port == 0 {
            let setting = HVMSetting(port: try host.allocateChannel(domid, remote: remote), of: reference)
            try host.apply(.parameter(setting), to: domid)
            port = try host.parameter(domid, reference.channelParameter)
            guard port == setting.value else { return .notKept }
        }
        guard let port = UInt32(exactly: port), try host.unboundChannel(domid, port: port) == remote else {
            return .notKept
        }
        let grant = ReservedGrant(reference, frame: frame, grantee: remote)
        try host.apply(.seedGrant(grant), to: domid)
        return Outcome(try host.seededGrant(domid, reference) == grant)
    }
}
