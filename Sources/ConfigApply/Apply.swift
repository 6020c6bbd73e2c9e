// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// Applies the operation and reads back what Xen lets one read back.
    public func apply<Host: Hypervisor & ~Copyable>(
        to domid: DomainID, as mode: DomainMode, on host: inout Host
    ) throws(ConfigError) {
        let outcome: Outcome
        do throws(HypercallError) {
            outcome = try perform(on: domid, mode, &host)
        } catch {
            throw .hypercall(self, error)
        }
        switch outcome {
        case .kept: return
        case .notKept: throw .notKept(self)
        case .noPage: throw .noRing(self)
        case .other(let actual): throw .other(self, actual)
        }
    }

    /// What Xen says after it was told.
    enum Outcome {
        case kept
        case notKept
        /// The builder gave the domain no page for the ring.
        case noPage
        /// Xen has this instead of what the LCM says.
        case other(Line)

        init(_ isKept: Bool) { self = isKept ? .kept : .notKept }
    }

    private func perform<Host: Hypervisor & ~Copyable>(
        on domid: DomainID, _ mode: DomainMode, _ host: inout Host
    ) throws(HypercallError) -> Outcome {
        switch self {
        case .vcpus(let count):
            try host.apply(.maxVCPUs(count), to: domid)
            return Outcome(try host.domainInfo(domid).vcpus == count)
        case .setting(let setting): return try setting.apply(to: domid, mode, on: &host)
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
    /// One that needs nothing but its value. Of permissions Xen tells nothing. A PV domain maps what it is permitted itself.
    fileprivate func apply<Host: Hypervisor & ~Copyable>(
        to domid: DomainID, _ mode: DomainMode, on host: inout Host
    ) throws(HypercallError) -> ConfigOperation.Outcome {
        switch self {
        case .tscMode(let mode):
            try host.apply(.tscMode(mode), to: domid)
            return .init(try host.tscMode(domid) == mode)
        case .iomem(let range):
            try host.apply(.permitMemory(range), to: domid)
            if mode != .pv { try host.apply(.mapMemory(range), to: domid) }
            return .kept
        case .pci(let device): return try Self.assign(device, to: domid, on: &host)
        case .memMax(let kibibytes):
            try host.apply(.maxMemory(kibibytes: kibibytes), to: domid)
            // Xen keeps whole pages of 4 KiB.
            return .init(try host.domainInfo(domid).maxPages == kibibytes / 4)
        case .number(.maxGrantFrames, let frames):
            // Whoever created the domain has settled it.
            let actual = try host.maxGrantFrames(domid)
            return actual == frames ? .kept : .other("\(actual)")
        case .nodeAffinity(let nodes):
            try host.apply(.nodeAffinity(nodes), to: domid)
            return .init(try host.nodeAffinity(domid) == nodes)
        case .ioports(let range):
            try host.apply(.permitPorts(range), to: domid)
            if mode != .pv { try host.apply(.mapPorts(range), to: domid) }
            return .kept
        case .number(.irqs, let gsi):
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
        case .enhanced, .console, .cpuidClear, .cpupool, .hardAffinity, .softAffinity, .weight, .cap,
            .number(.rtdsPeriod, _), .number(.rtdsBudget, _), .eventChannel, .disk, .vif:
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

/// Operations of more than one call.
extension ConfigOperation {
    /// A pool with the cpus that pool 0 gives up. True if Xen has it so.
    static func make<Host: Hypervisor & ~Copyable>(_ pool: CPUPool, on host: inout Host) throws(HypercallError) -> Bool
    {
        try host.apply(.createPool(pool.number, pool.scheduler), to: nil)
        for cpu in pool.cpus.members {
            try host.apply(.removeCPU(cpu, pool: 0), to: nil)
            try host.apply(.addCPU(cpu, pool: pool.number), to: nil)
        }
        let made = try host.cpupools().first { $0.number == pool.number }
        return made?.scheduler == pool.scheduler && made?.cpus == pool.cpus
    }

    /// Asks Xen for a port, which must be the expected one: nobody could tell the remote domain of another.
    static func open<Host: Hypervisor & ~Copyable>(
        _ port: UInt32, to remote: DomainID, _ domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> Outcome {
        let actual = try host.allocateChannel(domid, remote: remote)
        let waitsFor = try host.unboundChannel(domid, port: actual)
        return actual == port ? Outcome(waitsFor == remote) : .other("port \(actual)")
    }

    /// Takes features from a domain and gives none: whatever else a leaf says stays as it is.
    static func clear<Host: Hypervisor & ~Copyable>(
        _ features: [CPUFeature], of domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> Outcome {
        for leaf in CPUIDLeaf.allCases {
            let wanted = features.filter { $0.leaf == leaf }
            guard !wanted.isEmpty else { continue }
            var registers = try host.cpuid(domid, leaf)
            for feature in wanted { registers.clear(feature) }
            try host.apply(.cpuid(leaf, registers), to: domid)
            let kept = try host.cpuid(domid, leaf)
            guard wanted.allSatisfy({ !kept.has($0) }) else { return .notKept }
        }
        return .kept
    }

    /// Kept if `remote` may now bind the channel and map the page. A channel that the builder made already is left as it
    /// is.
    static func makeRing<Host: Hypervisor & ~Copyable>(
        _ reference: ReservedGrant.Reference, _ remote: DomainID, _ domid: DomainID, on host: inout Host
    ) throws(HypercallError) -> Outcome {
        guard let frame = UInt32(exactly: try host.parameter(domid, reference.frameParameter)), frame != 0 else {
            return .noPage
        }
        var port = try host.parameter(domid, reference.channelParameter)
        if port == 0 {
            let setting = HVMSetting(port: try host.allocateChannel(domid, remote: remote), of: reference)
            try host.apply(.parameter(setting), to: domid)
            port = try host.parameter(domid, reference.channelParameter)
            guard port == setting.value else { return .notKept }
        }
        guard let port = UInt32(exactly: port), try host.unboundChannel(domid, port: port) == remote else {
            return .notKept
        }
        let grant = ReservedGrant(reference, frame: frame, grantee: remote)
        try host.apply(.seedGrant(grant), to: domid)
        return Outcome(try host.seededGrant(domid, reference) == grant)
    }
}

/// An operation failed, or Xen or xenstore did not keep what it was told.
public enum ConfigError: Error, Equatable, Sendable {
    case hypercall(ConfigOperation, HypercallError)
    case notKept(ConfigOperation)
    /// The builder gave the domain no page for the ring.
    case noRing(ConfigOperation)
    /// A request about this node failed.
    case node([UInt8], ConfigOperation, HypercallError)
    /// The node does not hold what was written.
    case nodeNotKept([UInt8], ConfigOperation)
    /// Others changed xenstore each time.
    case transactionLost(attempts: Int)
    /// Xen has this instead of what the LCM says.
    case other(ConfigOperation, Line)
}
