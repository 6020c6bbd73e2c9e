// SPDX-License-Identifier: Apache-2.0

import Platform

extension ConfigOperation {
    /// Asks Xen for a port, which must be the expected one: nobody could tell the remote domain of another.
    func openChannel<Host: Hypervisor & ~Copyable>(
        _ domid: DomainID, port: UInt32, remote: DomainID, on hypervisor: inout Host
    ) throws(ConfigError) {
        let actual: UInt32
        let waitsFor: DomainID?
        do throws(HypercallError) {
            actual = try hypervisor.allocateChannel(domid, remote: remote)
            waitsFor = try hypervisor.unboundChannel(domid, port: actual)
        } catch {
            throw .hypercall(self, error)
        }
        guard actual == port else { throw .otherPort(self, actual) }
        guard waitsFor == remote else { throw .notKept(self) }
    }

    /// Takes features from a domain and gives none: whatever else a leaf says stays as it is.
    func clearFeatures<Host: Hypervisor & ~Copyable>(
        _ domid: DomainID, _ features: [CPUFeature], on hypervisor: inout Host
    ) throws(HypercallError) -> Bool {
        for leaf in CPUIDLeaf.allCases {
            let wanted = features.filter { $0.leaf == leaf }
            guard !wanted.isEmpty else { continue }
            var registers = try hypervisor.cpuid(domid, leaf)
            for feature in wanted { registers.clear(feature) }
            try hypervisor.apply(.cpuid(leaf, registers), to: domid)
            let kept = try hypervisor.cpuid(domid, leaf)
            guard wanted.allSatisfy({ !kept.has($0) }) else { return false }
        }
        return true
    }
}
