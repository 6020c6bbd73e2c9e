// SPDX-License-Identifier: Apache-2.0

/// What lets a launch wait for domains without polling.
public protocol DomainEvents: ~Copyable {
    /// From here on `waitForEvent` comes back when a domain shuts down or dies. The boot domain takes VIRQ_DOM_EXC over
    /// where another domain has the hardware role, and with it the interrupt. Fails with EEXIST where another process of
    /// the boot domain has it. The corresponding C functions are `xc_domain_set_virq_handler` and `xenevtchn_bind_virq`.
    mutating func watchDomains(bootDomain: DomainID) throws(HypercallError)
    /// Comes back when a domain or a node may have changed, at the latest after this time; it may come back for nothing.
    /// The corresponding C functions are `poll` and `xenevtchn_pending`.
    mutating func waitForEvent(atMost microseconds: UInt64) throws(HypercallError)
    /// Gives VIRQ_DOM_EXC to the domain that is to have it from here on; `nil` leaves it where it is.
    mutating func endWatch(handOver: DomainID?) throws(HypercallError)
}
