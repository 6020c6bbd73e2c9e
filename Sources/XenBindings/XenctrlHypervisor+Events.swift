// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor: DomainEvents {
    public mutating func watchDomains(bootDomain: DomainID) throws(HypercallError) {
        try call(.bindVIRQ) { (xen) throws(HypercallError) in
            // The hardware domain hears of it anyway (get_global_virq_handler).
            if try !xen.isHardwareDomain() { try xen.setHandler(bootDomain, .bindVIRQ, nil) }
            // Safety: the logger is static.
            unsafe xen.events = xenevtchn_open(domb_quiet_logger(), 0)
            guard unsafe xen.events != nil else { throw HypercallError(.bindVIRQ, code: domb_errno()) }
            do throws(HypercallError) {
                // Safety: the handle is open.
                try xen.check(.bindVIRQ, nil, unsafe xenevtchn_bind_virq(xen.events, UInt32(VIRQ_DOM_EXC)))
            } catch {
                xen.closeEvents()
                throw error
            }
        }
    }

    public mutating func waitForEvent(atMost microseconds: UInt64) throws(HypercallError) {
        try call(.waitForEvent) { (xen) throws(HypercallError) in
            // EINVAL
            guard unsafe xen.events != nil else { throw HypercallError(.waitForEvent, code: 22) }
            // Safety: the handle is open, and the structure is ours and lives through the call.
            var descriptor = pollfd(fd: unsafe xenevtchn_fd(xen.events), events: Int16(POLLIN), revents: 0)
            let milliseconds = Int32(clamping: microseconds / 1000 + (microseconds % 1000 == 0 ? 0 : 1))
            let count = unsafe poll(&descriptor, 1, milliseconds)
            // EINTR
            if count < 0, domb_errno() == 4 { return }
            try xen.check(.waitForEvent, nil, count)
            if count == 0 { return }
            let port = unsafe xenevtchn_pending(xen.events)
            try xen.check(.waitForEvent, nil, port)
            try xen.check(.waitForEvent, nil, unsafe xenevtchn_unmask(xen.events, UInt32(port)))
        }
    }

    public mutating func endWatch(handOver: DomainID?) throws(HypercallError) {
        try call(.setVIRQHandler, handOver) { (xen) throws(HypercallError) in
            xen.closeEvents()
            if let handOver { try xen.setHandler(handOver, .setVIRQHandler, handOver) }
        }
    }
}

extension XenHandles {
    fileprivate func setHandler(
        _ handler: DomainID, _ operation: Operation, _ domid: DomainID?
    ) throws(HypercallError) {
        // Safety: the handle is open.
        try check(operation, domid, unsafe xc_domain_set_virq_handler(control, handler.number, VIRQ_DOM_EXC))
    }

    fileprivate mutating func closeEvents() {
        // Safety: nobody uses the handle after this.
        unsafe xenevtchn_close(events)
        unsafe events = nil
    }
}
