// SPDX-License-Identifier: Apache-2.0

import Platform

extension ConfigOperation {
    func applyRing<Host: Hypervisor & ~Copyable>(
        _ reference: ReservedGrant.Reference, _ remote: DomainID, to domid: DomainID, on host: inout Host
    ) throws(ConfigError) {
        let kept: Bool?
        do throws(HypercallError) {
            kept = try Self.makeRing(reference, remote, domid, on: &host)
        } catch {
            throw .hypercall(self, error)
        }
        guard let kept else { throw .noRing(self) }
        guard kept else { throw .notKept(self) }
    }

    /// Whether `remote` may now bind the channel and map the page; `nil` without a page. A channel that the builder made
    /// already is left as it is.
    private static func makeRing<Host: Hypervisor & ~Copyable>(
        _ reference: ReservedGrant.Reference, _ remote: DomainID, _ domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> Bool? {
        guard let frame = UInt32(exactly: try host.parameter(domid, reference.frameParameter)), frame != 0 else {
            return nil
        }
        var port = try host.parameter(domid, reference.channelParameter)
        if port == 0 {
            let setting = HVMSetting(port: try host.allocateChannel(domid, remote: remote), of: reference)
            try host.apply(.parameter(setting), to: domid)
            port = try host.parameter(domid, reference.channelParameter)
            guard port == setting.value else { return false }
        }
        guard let port = UInt32(exactly: port), try host.unboundChannel(domid, port: port) == remote else {
            return false
        }
        let grant = ReservedGrant(reference, frame: frame, grantee: remote)
        try host.apply(.seedGrant(grant), to: domid)
        return try host.seededGrant(domid, reference) == grant
    }
}
