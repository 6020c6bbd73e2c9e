// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// Applies the operation and reads back what Xen lets one read back.
    public func apply<Host: Hypervisor & ~Copyable>(
        to domid: DomainID, on hypervisor: inout Host
    ) throws(ConfigError) {
        if case .ring(let reference, let remote) = self {
            return try applyRing(reference, remote, to: domid, on: &hypervisor)
        }
        if case .channel(let port, let remote) = self {
            return try openChannel(domid, port: port, remote: remote, on: &hypervisor)
        }
        let kept: Bool
        do throws(HypercallError) {
            kept = try applied(to: domid, on: &hypervisor)
        } catch {
            throw .hypercall(self, error)
        }
        guard kept else { throw .notKept(self) }
    }

    /// True if Xen now says what it was told.
    private func applied<Host: Hypervisor & ~Copyable>(
        to domid: DomainID, on hypervisor: inout Host
    ) throws(HypercallError) -> Bool {
        switch self {
        case .vcpus(let count):
            try hypervisor.apply(.maxVCPUs(count), to: domid)
            return try hypervisor.domainInfo(domid).vcpus == count
        case .maxMemory(let kibibytes):
            try hypervisor.apply(.maxMemory(kibibytes: kibibytes), to: domid)
            // Xen keeps whole pages of 4 KiB.
            return try hypervisor.domainInfo(domid).maxPages == kibibytes / 4
        case .handle(let handle):
            try hypervisor.apply(.handle(handle), to: domid)
            return try hypervisor.domainInfo(domid).handle == handle
        case .tscMode(let mode):
            try hypervisor.apply(.tscMode(mode), to: domid)
            return try hypervisor.tscMode(domid) == mode
        case .parameter(let setting):
            try hypervisor.apply(.parameter(setting), to: domid)
            return try hypervisor.parameter(domid, setting.parameter) == setting.value
        case .label(let context):
            let securityID = try hypervisor.securityID(of: context)
            try hypervisor.apply(.relabel(securityID: securityID), to: domid)
            return try hypervisor.domainInfo(domid).securityID == securityID
        case .clearedFeatures(let features): return try clearFeatures(domid, features, on: &hypervisor)
        case .channel: return false
        case .cpupool(let pool, let creating):
            return try pooled(domid, pool, creating: creating, on: &hypervisor)
        case .affinity, .nodeAffinity, .credit2, .credit, .rtds: return try scheduled(domid, on: &hypervisor)
        case .memory, .device, .ports, .interrupt: return try given(domid, on: &hypervisor)
        // Elsewhere: `apply` above, and in one transaction with those of all domains.
        case .ring, .home, .console, .disk, .interface: return true
        }
    }

    /// Where and how much a domain's vcpus may run.
    private func scheduled<Host: Hypervisor & ~Copyable>(
        _ domid: DomainID, on hypervisor: inout Host
    ) throws(HypercallError) -> Bool {
        switch self {
        case .affinity(let affinity):
            try hypervisor.apply(.affinity(vcpu: affinity.vcpu, hard: affinity.hard, soft: affinity.soft), to: domid)
            let actual = try hypervisor.affinity(domid, vcpu: affinity.vcpu)
            return (affinity.hard ?? actual.hard) == actual.hard && (affinity.soft ?? actual.soft) == actual.soft
        case .nodeAffinity(let nodes):
            try hypervisor.apply(.nodeAffinity(nodes), to: domid)
            return try hypervisor.nodeAffinity(domid) == nodes
        case .credit2(let weight, let cap):
            try hypervisor.apply(.credit2(weight: weight, cap: cap), to: domid)
            let actual = try hypervisor.credit2(domid)
            return (weight ?? actual.weight) == actual.weight && (cap ?? actual.cap) == actual.cap
        case .credit(let weight, let cap):
            try hypervisor.apply(.credit(weight: weight, cap: cap), to: domid)
            let actual = try hypervisor.credit(domid)
            return (weight ?? actual.weight) == actual.weight && (cap ?? actual.cap) == actual.cap
        case .rtds(let parameters):
            try hypervisor.apply(.rtds(parameters), to: domid)
            for vcpu in 0..<(try hypervisor.domainInfo(domid).vcpus) {
                guard try hypervisor.rtds(domid, vcpu: vcpu) == parameters else { return false }
            }
            return true
        default: return false
        }
    }

    /// What a domain gets of the host's hardware. Of permissions Xen tells nothing.
    private func given<Host: Hypervisor & ~Copyable>(
        _ domid: DomainID, on hypervisor: inout Host
    ) throws(HypercallError) -> Bool {
        switch self {
        case .memory(let range):
            try hypervisor.apply(.permitMemory(range), to: domid)
            try hypervisor.apply(.mapMemory(range), to: domid)
            return true
        case .ports(let range):
            try hypervisor.apply(.permitPorts(range), to: domid)
            try hypervisor.apply(.mapPorts(range), to: domid)
            return true
        case .interrupt(let gsi):
            try hypervisor.apply(.permitInterrupt(gsi: gsi), to: domid)
            return true
        case .device(let device):
            try hypervisor.apply(.testAssign(device), to: domid)
            try hypervisor.apply(.assign(device), to: domid)
            // Xen names no owner; but what a guest has cannot be given (EINVAL).
            do throws(HypercallError) {
                try hypervisor.apply(.testAssign(device), to: domid)
                return false
            } catch {
                guard error.code == 22 else { throw error }
                return true
            }
        default: return false
        }
    }
}
