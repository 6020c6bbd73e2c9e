// SPDX-License-Identifier: Apache-2.0

import Platform

/// Xen: common/sched/cpupool.c, common/sched/core.c.
extension SimulatedHypervisor {
    /// Pool 0 with what it has left, then those that were made, in the order of their numbers.
    private var allPools: [CPUPool] {
        let all = CPUSet(below: facts.cpus)
        let first = CPUPool(number: 0, scheduler: facts.scheduler, cpus: all.subtracting(givenUpCPUs))
        return [first] + madePools.sorted { $0.number < $1.number }
    }

    /// cpupool_free_cpus.
    private var freeCPUs: CPUSet { madePools.reduce(givenUpCPUs) { $0.subtracting($1.cpus) } }

    /// The pool that a domain is in.
    func pool(of domain: SimulatedDomain) -> CPUPool {
        let pools = allPools
        return pools.first { $0.number == domain.info.cpupool } ?? pools[0]
    }

    public mutating func cpupools() throws(HypercallError) -> [CPUPool] {
        try call(.getCPUPool) { (xen) throws(HypercallError) in
            try xen.begin(.getCPUPool)
            return xen.allPools
        }
    }

    mutating func createCPUPool(
        _ number: UInt32, scheduler: HypervisorFacts.Scheduler
    ) throws(HypercallError) {
        try begin(.createCPUPool)
        // cpupool_create, scheduler_alloc.
        let pools = allPools
        guard pools.count < 2 * Int(facts.cpus) else { throw HypercallError(.createCPUPool, code: ErrorCode.noSpace) }
        guard !pools.contains(where: { $0.number == number }) else {
            throw HypercallError(.createCPUPool, code: ErrorCode.exists)
        }
        guard schedulers.contains(scheduler) else { throw HypercallError(.createCPUPool, code: ErrorCode.noEntry) }
        if !isIgnored { madePools.append(CPUPool(number: number, scheduler: scheduler, cpus: CPUSet())) }
    }

    mutating func addCPU(_ cpu: UInt32, toPool number: UInt32) throws(HypercallError) {
        try begin(.addPoolCPU)
        guard allPools.contains(where: { $0.number == number }) else {
            throw HypercallError(.addPoolCPU, code: ErrorCode.noEntry)
        }
        try check(.addPoolCPU, nil, cpu < facts.cpus)
        guard freeCPUs.contains(cpu) else { throw HypercallError(.addPoolCPU, code: ErrorCode.noDevice) }
        guard !isIgnored else { return }
        guard let index = madePools.firstIndex(where: { $0.number == number }) else {
            givenUpCPUs = givenUpCPUs.subtracting(CPUSet([cpu]))
            return
        }
        madePools[index].cpus.insert(cpu)
    }

    mutating func removeCPU(_ cpu: UInt32, fromPool number: UInt32) throws(HypercallError) {
        try begin(.removePoolCPU)
        guard let pool = allPools.first(where: { $0.number == number }) else {
            throw HypercallError(.removePoolCPU, code: ErrorCode.noEntry)
        }
        // cpupool_unassign_cpu.
        try check(.removePoolCPU, nil, cpu < facts.cpus && !(number == 0 && cpu == 0))
        guard pool.cpus.contains(cpu) else {
            throw HypercallError(.removePoolCPU, code: ErrorCode.addressNotAvailable)
        }
        let isUsed = domainsByID.values.contains { $0.info.cpupool == number && !$0.info.isDying }
        guard pool.cpus.count > 1 || !isUsed else { throw HypercallError(.removePoolCPU, code: ErrorCode.busy) }
        guard !isIgnored else { return }
        if number == 0 { givenUpCPUs.insert(cpu) }
        for index in madePools.indices where madePools[index].number == number {
            madePools[index].cpus = madePools[index].cpus.subtracting(CPUSet([cpu]))
        }
    }

    mutating func moveDomain(_ domid: DomainID, toPool number: UInt32) throws(HypercallError) {
        let domain = try domain(.moveToPool, domid)
        guard domain.info.cpupool != number else { return }
        guard let pool = allPools.first(where: { $0.number == number }), !pool.cpus.isEmpty else {
            throw HypercallError(.moveToPool, domid, code: ErrorCode.noEntry)
        }
        // sched_move_domain: every vcpu may run everywhere, and the scheduler sees the domain for the first time.
        let everywhere = CPUSet(words: [.max])
        change(domid) { domain in
            domain.info.cpupool = number
            for vcpu in domain.affinities.indices { domain.affinities[vcpu] = (everywhere, everywhere) }
            for vcpu in domain.rtds.indices { domain.rtds[vcpu] = RTDSParameters(period: 10000, budget: 4000) }
            domain.weight = 256
            domain.cap = 0
        }
    }
}
