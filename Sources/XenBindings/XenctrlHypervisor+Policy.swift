// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor {
    public mutating func allocateChannel(_ domid: DomainID, remote: DomainID) throws(HypercallError) -> UInt32 {
        // Safety: the handle is open.
        let result = unsafe domb_xc_evtchn_alloc_unbound(handle, UInt32(domid.rawValue), UInt32(remote.rawValue))
        return UInt32(truncatingIfNeeded: try value(.allocUnbound, domid, result))
    }

    public mutating func unboundChannel(_ domid: DomainID, port: UInt32) throws(HypercallError) -> DomainID? {
        // Safety: the handle is open.
        let result = unsafe domb_xc_evtchn_unbound_remote(handle, UInt32(domid.rawValue), port)
        return UInt16(exactly: try value(.channelStatus, domid, result)).flatMap { DomainID(rawValue: $0) }
    }

    public mutating func cpuid(_ domid: DomainID, _ leaf: CPUIDLeaf) throws(HypercallError) -> CPUIDRegisters {
        var registers = [UInt32](repeating: 0, count: 4)
        // Safety: the array has the four words that the shim writes and lives through the call.
        let result = unsafe registers.withUnsafeMutableBufferPointer {
            unsafe domb_cpuid_get(handle, UInt32(domid.rawValue), leaf.rawValue, leaf.subleaf, $0.baseAddress)
        }
        try check(.getCPUPolicy, domid, result)
        return CPUIDRegisters(eax: registers[0], ebx: registers[1], ecx: registers[2], edx: registers[3])
    }

    public mutating func setCPUID(
        _ domid: DomainID, _ leaf: CPUIDLeaf, _ registers: CPUIDRegisters
    ) throws(HypercallError) {
        let words = [registers.eax, registers.ebx, registers.ecx, registers.edx]
        // Safety: the array has the four words that the shim reads and lives through the call.
        let result = unsafe words.withUnsafeBufferPointer {
            unsafe domb_cpuid_set(handle, UInt32(domid.rawValue), leaf.rawValue, leaf.subleaf, $0.baseAddress)
        }
        try check(.setCPUPolicy, domid, result)
    }
}
