// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: DomainEvents {
    public mutating func watchDomains(bootDomain: DomainID) throws(HypercallError) {
        // The hardware domain hears of it anyway (get_global_virq_handler).
        if try !callerIsHardwareDomain() { try setHandler(bootDomain, .bindVIRQ, nil) }
        // Safety: the logger is static.
        unsafe events = xenevtchn_open(domb_quiet_logger(), 0)
        guard unsafe events != nil else { throw HypercallError(.bindVIRQ, code: domb_errno()) }
        do throws(HypercallError) {
            // Safety: the handle is open.
            try check(.bindVIRQ, nil, unsafe xenevtchn_bind_virq(events, UInt32(VIRQ_DOM_EXC)))
        } catch {
            closeEvents()
            throw error
        }
    }

    public mutating func waitForEvent(atMost microseconds: UInt64) throws(HypercallError) {
        // EINVAL
        guard unsafe events != nil else { throw HypercallError(.waitForEvent, code: 22) }
        // Safety: the handle is open, and the structure is ours and lives through the call.
        var descriptor = pollfd(fd: unsafe xenevtchn_fd(events), events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(clamping: microseconds / 1000 + (microseconds % 1000 == 0 ? 0 : 1))
        let count = unsafe poll(&descriptor, 1, milliseconds)
        // EINTR
        if count < 0, domb_errno() == 4 { return }
        try check(.waitForEvent, nil, count)
        if count == 0 { return }
        let port = unsafe xenevtchn_pending(events)
        try check(.waitForEvent, nil, port)
        try check(.waitForEvent, nil, unsafe xenevtchn_unmask(events, UInt32(port)))
    }

    public mutating func endWatch(handOver: DomainID?) throws(HypercallError) {
        closeEvents()
        if let handOver { try setHandler(handOver, .setVIRQHandler, handOver) }
    }

    private func setHandler(_ handler: DomainID, _ operation: Operation, _ domid: DomainID?) throws(HypercallError) {
        // Safety: the handle is open.
        try check(operation, domid, unsafe xc_domain_set_virq_handler(control, handler.number, VIRQ_DOM_EXC))
    }

    private mutating func closeEvents() {
        // Safety: nobody uses the handle after this.
        unsafe xenevtchn_close(events)
        unsafe events = nil
    }
}
