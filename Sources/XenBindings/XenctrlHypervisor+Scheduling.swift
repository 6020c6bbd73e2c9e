// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor {
    /// Sets both values: one that is not given is read first and written back.
    public mutating func setCredit(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError) {
        let current = try credit(domid)
        // Safety: the handle is open.
        let result = unsafe domb_xc_sched_credit_domain_set(
            handle, UInt32(domid.rawValue), weight ?? current.weight, cap ?? current.cap)
        try check(.creditSet, domid, result)
    }

    public mutating func credit(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        var weight: UInt16 = 0
        var cap: UInt16 = 0
        // Safety: both words are ours and live through the call.
        let result = unsafe domb_xc_sched_credit_domain_get(handle, UInt32(domid.rawValue), &weight, &cap)
        try check(.creditGet, domid, result)
        return (weight, cap)
    }

    public mutating func setRTDS(_ domid: DomainID, _ parameters: RTDSParameters) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_xc_sched_rtds_domain_set(
            handle, UInt32(domid.rawValue), parameters.period, parameters.budget)
        try check(.rtdsSet, domid, result)
    }

    public mutating func rtds(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> RTDSParameters {
        var parameters = RTDSParameters(period: 0, budget: 0)
        // Safety: both words are ours and live through the call.
        let result = unsafe domb_xc_sched_rtds_vcpu_get(
            handle, UInt32(domid.rawValue), vcpu, &parameters.period, &parameters.budget)
        try check(.rtdsGet, domid, result)
        return parameters
    }

    public mutating func setNodeAffinity(_ domid: DomainID, _ nodes: CPUSet) throws(HypercallError) {
        let words = nodes.words
        // Safety: the array lives through the call and has the count given.
        let result = unsafe words.withUnsafeBufferPointer {
            unsafe domb_xc_domain_node_setaffinity(handle, UInt32(domid.rawValue), $0.baseAddress, $0.count)
        }
        try check(.setNodeAffinity, domid, result)
    }

    public mutating func nodeAffinity(_ domid: DomainID) throws(HypercallError) -> CPUSet {
        // Xen's largest MAX_NUMNODES is 255.
        var words = [UInt64](repeating: 0, count: 4)
        // Safety: the array has the capacity given and lives through the call.
        let result = unsafe words.withUnsafeMutableBufferPointer {
            unsafe domb_xc_domain_node_getaffinity(handle, UInt32(domid.rawValue), $0.baseAddress, $0.count)
        }
        try check(.getNodeAffinity, domid, result)
        return CPUSet(words: words)
    }
}
