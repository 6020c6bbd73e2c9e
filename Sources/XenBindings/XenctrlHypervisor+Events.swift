// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: DomainEvents {
    public mutating func watchDomains(bootDomain: DomainID) throws(HypercallError) {
        // The hardware domain hears of it anyway (get_global_virq_handler).
        let domid = try callerIsHardwareDomain() ? -1 : Int64(bootDomain.rawValue)
        // Safety: the handle is open.
        try check(.bindVIRQ, nil, unsafe domb_watch_domains(handle, domid))
    }

    public mutating func waitForEvent(atMost microseconds: UInt64) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.waitForEvent, nil, unsafe domb_wait_for_event(handle, microseconds))
    }

    public mutating func endWatch(handOver: DomainID?) throws(HypercallError) {
        // Safety: the handle is open.
        let result = unsafe domb_end_watch(handle, handOver.map { Int64($0.rawValue) } ?? -1)
        try check(.setVIRQHandler, handOver, result)
    }
}
