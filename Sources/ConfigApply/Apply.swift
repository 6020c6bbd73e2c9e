// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// Applies the operation and reads back what Xen lets one read back.
    public func apply<Host: Hypervisor & ~Copyable>(
        to domid: DomainID, on host: inout Host
    ) throws(ConfigError) {
        let outcome: Outcome
        do throws(HypercallError) {
            outcome = try perform(on: domid, &host)
        } catch {
            throw .hypercall(self, error)
        }
        switch outcome {
        case .kept: return
        case .notKept: throw .notKept(self)
        case .noPage: throw .noRing(self)
        case .otherPort(let port): throw .otherPort(self, port)
        }
    }

    /// What Xen says after it was told.
    enum Outcome {
        case kept
        case notKept
        /// The builder gave the domain no page for the ring.
        case noPage
        /// Xen gave another port than the LCM says.
        case otherPort(UInt32)

        init(_ isKept: Bool) { self = isKept ? .kept : .notKept }
    }

    private func perform<Host: Hypervisor & ~Copyable>(
        on domid: DomainID, _ host: inout Host
    ) throws(HypercallError) -> Outcome {
        switch self {
        case .vcpus(let count):
            try host.apply(.maxVCPUs(count), to: domid)
            return Outcome(try host.domainInfo(domid).vcpus == count)
        case .setting(let setting): return try setting.apply(to: domid, on: &host)
        case .clearedFeatures(let features): return try Self.clear(features, of: domid, on: &host)
        case .cpupool(let pool, let creating):
            if creating, !(try Self.make(pool, on: &host)) { return .notKept }
            try host.apply(.moveToPool(pool.number), to: domid)
            return Outcome(try host.domainInfo(domid).cpupool == pool.number)
        case .affinity(let wanted):
            try host.apply(.affinity(vcpu: wanted.vcpu, hard: wanted.hard, soft: wanted.soft), to: domid)
            let actual = try host.affinity(domid, vcpu: wanted.vcpu)
            return Outcome((wanted.hard ?? actual.hard) == actual.hard && (wanted.soft ?? actual.soft) == actual.soft)
        case .share(let scheduler, let weight, let cap):
            let isCredit = scheduler == .credit
            try host.apply(isCredit ? .credit(weight: weight, cap: cap) : .credit2(weight: weight, cap: cap), to: domid)
            let actual = isCredit ? try host.credit(domid) : try host.credit2(domid)
            return Outcome((weight ?? actual.weight) == actual.weight && (cap ?? actual.cap) == actual.cap)
        case .rtds(let parameters):
            try host.apply(.rtds(parameters), to: domid)
            for vcpu in 0..<(try host.domainInfo(domid).vcpus) {
                guard try host.rtds(domid, vcpu: vcpu) == parameters else { return .notKept }
            }
            return .kept
        case .channel(let port, let remote): return try Self.open(port, to: remote, domid, on: &host)
        case .ring(let reference, let remote): return try Self.makeRing(reference, remote, domid, on: &host)
        // In one transaction with those of all domains: `nodes(of:_:store:)`.
        case .home, .console, .disk, .interface: return .kept
        }
    }
}

extension Setting {
    /// One that needs nothing but its value. Of permissions Xen tells nothing.
    fileprivate func apply<Host: Hypervisor & ~Copyable>(
        to domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> ConfigOperation.Outcome {
        switch self {
        case .tscMode(let mode):
            try host.apply(.tscMode(mode), to: domid)
            return .init(try host.tscMode(domid) == mode)
        case .iomem(let range):
            try host.apply(.permitMemory(range), to: domid)
            try host.apply(.mapMemory(range), to: domid)
            return .kept
        case .pci(let device): return try Self.assign(device, to: domid, on: &host)
        case .memMax(let kibibytes):
            try host.apply(.maxMemory(kibibytes: kibibytes), to: domid)
            // Xen keeps whole pages of 4 KiB.
            return .init(try host.domainInfo(domid).maxPages == kibibytes / 4)
        case .nodeAffinity(let nodes):
            try host.apply(.nodeAffinity(nodes), to: domid)
            return .init(try host.nodeAffinity(domid) == nodes)
        case .ioports(let range):
            try host.apply(.permitPorts(range), to: domid)
            try host.apply(.mapPorts(range), to: domid)
            return .kept
        case .irq(let gsi):
            try host.apply(.permitInterrupt(gsi: gsi), to: domid)
            return .kept
        case .hvmParam(let setting):
            try host.apply(.parameter(setting), to: domid)
            return .init(try host.parameter(domid, setting.parameter) == setting.value)
        case .uuid(let handle):
            try host.apply(.handle(handle), to: domid)
            return .init(try host.domainInfo(domid).handle == handle)
        case .label(let context):
            let securityID = try host.securityID(of: context)
            try host.apply(.relabel(securityID: securityID), to: domid)
            return .init(try host.domainInfo(domid).securityID == securityID)
        // Each is part of another operation: alone it is nothing that was done.
        case .enhanced, .console, .cpuidClear, .cpupool, .hardAffinity, .softAffinity, .weight, .cap, .rtdsPeriod,
            .rtdsBudget, .eventChannel, .disk, .vif:
            return .notKept
        }
    }

    private static func assign<Host: Hypervisor & ~Copyable>(
        _ device: PCIAddress, to domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> ConfigOperation.Outcome {
        try host.apply(.testAssign(device), to: domid)
        try host.apply(.assign(device), to: domid)
        // Xen names no owner; but what a guest has cannot be given (EINVAL).
        do throws(HypercallError) {
            try host.apply(.testAssign(device), to: domid)
            return .notKept
        } catch {
            guard error.code == 22 else { throw error }
            return .kept
        }
    }
}
