// SPDX-License-Identifier: Apache-2.0

import Platform

/// Domains that live, and who is told of it. Xen: common/domain.c, common/event_channel.c.
extension SimulatedHypervisor: DomainEvents {
    public mutating func watchDomains(bootDomain: DomainID) throws(HypercallError) {
        try call(.bindVIRQ) { (xen) throws(HypercallError) in
            try xen.begin(.bindVIRQ)
            guard !xen.isWatching else { throw HypercallError(.bindVIRQ, code: ErrorCode.exists) }
            xen.isWatching = true
        }
    }

    public mutating func waitForEvent(atMost microseconds: UInt64) throws(HypercallError) {
        try call(.waitForEvent) { (xen) throws(HypercallError) in
            try xen.begin(.waitForEvent)
            guard xen.isWatching else { throw HypercallError(.waitForEvent, code: ErrorCode.invalid) }
            xen.pass(atMost: microseconds) { act in if case .write = act { false } else { true } }
        }
    }

    public mutating func endWatch(handOver: DomainID?) throws(HypercallError) {
        try call(.setVIRQHandler, handOver) { (xen) throws(HypercallError) in
            try xen.begin(.setVIRQHandler, handOver)
            xen.isWatching = false
        }
    }

    /// What a domain that has just begun to run will do.
    mutating func schedule(_ domid: DomainID) {
        guard let domain = domainsByID[domid.rawValue] else { return }
        for (after, act) in domain.behaviour.acts { insert(Pending(time: clock.now + after, domid: domid, act: act)) }
    }

    private mutating func insert(_ new: Pending) {
        let place = pending.firstIndex { $0.time > new.time || ($0.time == new.time && $0.domid > new.domid) }
        pending.insert(new, at: place ?? pending.count)
    }

    /// Time passes until something happens that the waiter hears of; false if nothing did.
    @discardableResult
    mutating func pass(atMost microseconds: UInt64, _ isHeard: (DomainBehaviour.Act) -> Bool) -> Bool {
        // A recorded launch's clock tells when it was over.
        if let recording, !recording.isOver { return true }
        let end = clock.now + microseconds
        while let next = pending.first, next.time <= end {
            clock.reach(next.time)
            pending.removeFirst()
            apply(next)
            if isHeard(next.act) { return true }
        }
        clock.reach(end)
        return false
    }

    /// What has happened by now.
    mutating func catchUp() {
        while let next = pending.first, next.time <= clock.now {
            pending.removeFirst()
            apply(next)
        }
    }

    private mutating func apply(_ event: Pending) {
        guard var domain = domainsByID[event.domid.rawValue], !domain.info.isShutDown else { return }
        switch event.act {
        case .shutDown(let reason):
            domain.info.isShutDown = true
            domain.info.shutdownReason = reason
        case .write(let path, let value): xenstore.write(path, value)
        case .die:
            domainsByID[event.domid.rawValue] = nil
            return
        }
        domainsByID[event.domid.rawValue] = domain
    }
}

/// Something that a domain is going to do.
struct Pending: Sendable {
    let time: UInt64
    let domid: DomainID
    let act: DomainBehaviour.Act
}
