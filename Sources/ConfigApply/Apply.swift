// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension ConfigOperation {
    /// Applies the operation and reads back what Xen lets one read back.
    public func apply<Host: Hypervisor & ~Copyable>(
        to domid: DomainID, on hypervisor: inout Host
    ) throws(ConfigError) {
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
            try hypervisor.setMaxVCPUs(domid, count: count)
            return try hypervisor.domainInfo(domid).vcpus == count
        case .maxMemory(let kibibytes):
            try hypervisor.setMaxMemory(domid, kibibytes: kibibytes)
            // Xen keeps whole pages of 4 KiB.
            return try hypervisor.domainInfo(domid).maxPages == kibibytes / 4
        case .affinity(let affinity):
            try hypervisor.setAffinity(domid, vcpu: affinity.vcpu, hard: affinity.hard, soft: affinity.soft)
            let actual = try hypervisor.affinity(domid, vcpu: affinity.vcpu)
            return (affinity.hard ?? actual.hard) == actual.hard && (affinity.soft ?? actual.soft) == actual.soft
        case .credit2(let weight, let cap):
            try hypervisor.setCredit2(domid, weight: weight, cap: cap)
            let actual = try hypervisor.credit2(domid)
            return (weight ?? actual.weight) == actual.weight && (cap ?? actual.cap) == actual.cap
        case .handle(let handle):
            try hypervisor.setHandle(domid, handle)
            return try hypervisor.domainInfo(domid).handle == handle
        }
    }
}
