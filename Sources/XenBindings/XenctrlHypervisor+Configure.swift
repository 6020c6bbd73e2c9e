// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: Hypervisor {
    public mutating func setMaxVCPUs(_ domid: DomainID, count: UInt32) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.maxVCPUs, domid, unsafe domb_xc_domain_max_vcpus(handle, UInt32(domid.rawValue), count))
    }

    public mutating func setMaxMemory(_ domid: DomainID, kibibytes: UInt64) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.setMaxMemory, domid, unsafe domb_xc_domain_setmaxmem(handle, UInt32(domid.rawValue), kibibytes))
    }

    public mutating func setAffinity(
        _ domid: DomainID, vcpu: UInt32, hard: CPUSet?, soft: CPUSet?
    ) throws(HypercallError) {
        let hardWords = hard?.words ?? []
        let softWords = soft?.words ?? []
        // Safety: both arrays live through the call and have the counts given; an absent map is a null pointer.
        let result = unsafe hardWords.withUnsafeBufferPointer { hardBuffer in
            unsafe softWords.withUnsafeBufferPointer { softBuffer in
                unsafe domb_xc_vcpu_setaffinity(
                    handle, UInt32(domid.rawValue), vcpu, hard == nil ? nil : hardBuffer.baseAddress, hardBuffer.count,
                    soft == nil ? nil : softBuffer.baseAddress, softBuffer.count)
            }
        }
        try check(.setAffinity, domid, result)
    }

    public mutating func affinity(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> (
        hard: CPUSet, soft: CPUSet
    ) {
        // Xen's largest NR_CPUS is 16383.
        var hard = [UInt64](repeating: 0, count: 256)
        var soft = hard
        // Safety: both arrays have the capacity given and live through the call.
        let result = unsafe hard.withUnsafeMutableBufferPointer { hardBuffer in
            unsafe soft.withUnsafeMutableBufferPointer { softBuffer in
                unsafe domb_xc_vcpu_getaffinity(
                    handle, UInt32(domid.rawValue), vcpu, hardBuffer.baseAddress, softBuffer.baseAddress,
                    softBuffer.count)
            }
        }
        _ = try value(.getAffinity, domid, result)
        return (CPUSet(words: hard), CPUSet(words: soft))
    }

    /// Sets both values: one that is not given is read first and written back.
    public mutating func setCredit2(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError) {
        let current = try credit2(domid)
        // Safety: the handle is open.
        let result = unsafe domb_xc_sched_credit2_domain_set(
            handle, UInt32(domid.rawValue), weight ?? current.weight, cap ?? current.cap)
        try check(.credit2Set, domid, result)
    }

    public mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        var weight: UInt16 = 0
        var cap: UInt16 = 0
        // Safety: both words are ours and live through the call.
        let result = unsafe domb_xc_sched_credit2_domain_get(handle, UInt32(domid.rawValue), &weight, &cap)
        try check(.credit2Get, domid, result)
        return (weight, cap)
    }

    public mutating func setHandle(_ domid: DomainID, _ newHandle: DomainHandle) throws(HypercallError) {
        let bytes = newHandle.bytes
        // Safety: the array has the 16 bytes that the shim reads.
        let result = unsafe bytes.withUnsafeBufferPointer {
            unsafe domb_xc_domain_sethandle(handle, UInt32(domid.rawValue), $0.baseAddress)
        }
        try check(.setHandle, domid, result)
    }

    public mutating func unpause(_ domid: DomainID) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.unpause, domid, unsafe domb_xc_domain_unpause(handle, UInt32(domid.rawValue)))
    }

    public mutating func shutDownHost(hardwareDomain: DomainID, reboot: Bool) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_domain_shutdown(handle, UInt32(hardwareDomain.rawValue), reboot ? 1 : 0)
        try check(.remoteShutdown, hardwareDomain, result)
    }
}
