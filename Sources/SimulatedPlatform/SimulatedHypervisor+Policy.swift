// SPDX-License-Identifier: Apache-2.0

import Platform

/// Xen: common/event_channel.c, arch/x86/domctl.c.
extension SimulatedHypervisor {
    public mutating func allocateChannel(_ domid: DomainID, remote: DomainID) throws(HypercallError) -> UInt32 {
        try call(.allocUnbound, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.allocUnbound, domid)
            // get_free_port; the remote end need not exist.
            guard !domain.info.isDying else { throw HypercallError(.allocUnbound, domid, code: ErrorCode.invalid) }
            guard let port = (1..<UInt32(4096)).first(where: { domain.channels[$0] == nil }) else {
                throw HypercallError(.allocUnbound, domid, code: ErrorCode.noSpace)
            }
            xen.change(domid) { $0.channels[port] = .some(remote) }
            return port
        }
    }

    public mutating func unboundChannel(_ domid: DomainID, port: UInt32) throws(HypercallError) -> DomainID? {
        try call(.channelStatus, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.channelStatus, domid)
            try xen.check(.channelStatus, domid, port < 4096)
            return domain.channels[port] ?? nil
        }
    }

    public mutating func cpuid(_ domid: DomainID, _ leaf: CPUIDLeaf) throws(HypercallError) -> CPUIDRegisters {
        try call(.getCPUPolicy, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.getCPUPolicy, domid)
            return domain.cpuid[leaf] ?? CPUIDRegisters(eax: 0, ebx: 0, ecx: 0, edx: 0)
        }
    }

    mutating func setCPUID(
        _ domid: DomainID, _ leaf: CPUIDLeaf, _ registers: CPUIDRegisters
    ) throws(HypercallError) {
        let domain = try domain(.setCPUPolicy, domid)
        // Nobody's own: no domain_pause.
        try check(.setCPUPolicy, domid, domid.rawValue != 0)
        // creation_finished.
        guard domain.pauseCount > 0, domain.info.cpuTime == 0 else {
            throw HypercallError(.setCPUPolicy, domid, code: ErrorCode.exists)
        }
        change(domid) { $0.cpuid[leaf] = registers }
    }
}
