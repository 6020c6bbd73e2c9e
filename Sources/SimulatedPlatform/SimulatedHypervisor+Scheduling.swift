// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where and how much vcpus run. Xen: common/sched/*.c, common/domain.c.
extension SimulatedHypervisor {
    mutating func setAffinity(
        _ domid: DomainID, vcpu: UInt32, hard: CPUSet?, soft: CPUSet?
    ) throws(HypercallError) {
        let domain = try domain(.setAffinity, domid)
        guard vcpu < domain.info.vcpus else { throw HypercallError(.setAffinity, domid, code: ErrorCode.noSuchDomain) }
        var affinity = domain.affinities[Int(vcpu)]
        affinity.hard = hard ?? affinity.hard
        affinity.soft = soft ?? affinity.soft
        // vcpu_set_affinity: at least one of the cpus must be of the domain's cpupool.
        guard !affinity.hard.intersection(pool(of: domain).cpus).isEmpty else {
            throw HypercallError(.setAffinity, domid, code: ErrorCode.invalid)
        }
        change(domid) { $0.affinities[Int(vcpu)] = affinity }
    }

    public mutating func affinity(
        _ domid: DomainID, vcpu: UInt32
    ) throws(HypercallError) -> (hard: CPUSet, soft: CPUSet) {
        try call(.getAffinity, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.getAffinity, domid)
            guard vcpu < domain.info.vcpus else {
                throw HypercallError(.getAffinity, domid, code: ErrorCode.noSuchDomain)
            }
            return domain.affinities[Int(vcpu)]
        }
    }

    mutating func setCredit2(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError) {
        let domain = try domain(.credit2Set, domid)
        // sched_adjust, csched2_dom_cntl.
        guard pool(of: domain).scheduler == .credit2, UInt32(cap ?? 0) <= 100 * domain.info.vcpus else {
            throw HypercallError(.credit2Set, domid, code: ErrorCode.invalid)
        }
        change(domid) { $0.weight = weight ?? domain.weight }
        change(domid) { $0.cap = cap ?? domain.cap }
    }

    public mutating func credit2(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        try call(.credit2Get, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.credit2Get, domid)
            guard xen.pool(of: domain).scheduler == .credit2 else {
                throw HypercallError(.credit2Get, domid, code: ErrorCode.invalid)
            }
            return (domain.weight, domain.cap)
        }
    }

    mutating func setCredit(_ domid: DomainID, weight: UInt16?, cap: UInt16?) throws(HypercallError) {
        let domain = try domain(.creditSet, domid)
        try check(.creditSet, domid, pool(of: domain).scheduler == .credit)
        change(domid) { $0.weight = weight ?? domain.weight }
        change(domid) { $0.cap = cap ?? domain.cap }
    }

    public mutating func credit(_ domid: DomainID) throws(HypercallError) -> (weight: UInt16, cap: UInt16) {
        try call(.creditGet, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.creditGet, domid)
            try xen.check(.creditGet, domid, xen.pool(of: domain).scheduler == .credit)
            return (domain.weight, domain.cap)
        }
    }

    /// rt_dom_cntl looks for zeros alone.
    mutating func setRTDS(_ domid: DomainID, _ parameters: RTDSParameters) throws(HypercallError) {
        let domain = try domain(.rtdsSet, domid)
        try check(
            .rtdsSet, domid, pool(of: domain).scheduler == .rtds && parameters.period > 0 && parameters.budget > 0)
        for vcpu in 0..<Int(domain.info.vcpus) { change(domid) { $0.rtds[vcpu] = parameters } }
    }

    public mutating func rtds(_ domid: DomainID, vcpu: UInt32) throws(HypercallError) -> RTDSParameters {
        try call(.rtdsGet, domid) { (xen) throws(HypercallError) in
            let domain = try xen.domain(.rtdsGet, domid)
            try xen.check(.rtdsGet, domid, xen.pool(of: domain).scheduler == .rtds && vcpu < domain.info.vcpus)
            return domain.rtds[Int(vcpu)]
        }
    }

    mutating func setNodeAffinity(_ domid: DomainID, _ nodes: CPUSet) throws(HypercallError) {
        _ = try domain(.setNodeAffinity, domid)
        try check(.setNodeAffinity, domid, !nodes.limited(to: facts.host.nodes).isEmpty)
        change(domid) { $0.nodeAffinity = nodes }
    }

    public mutating func nodeAffinity(_ domid: DomainID) throws(HypercallError) -> CPUSet {
        try call(.getNodeAffinity, domid) { (xen) throws(HypercallError) in
            try xen.domain(.getNodeAffinity, domid).nodeAffinity
        }
    }

    /// EINVAL unless it is so.
    func check(_ operation: Operation, _ domid: DomainID?, _ isGood: Bool) throws(HypercallError) {
        guard isGood else { throw HypercallError(operation, domid, code: ErrorCode.invalid) }
    }
}
