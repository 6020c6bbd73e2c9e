// SPDX-License-Identifier: Apache-2.0

import Platform

extension SimulatedHypervisor {
    public mutating func apply(_ change: HypervisorChange, to domid: DomainID?) throws(HypercallError) {
        try call(change.operation, domid) { (xen) throws(HypercallError) in
            switch (change, domid) {
            case (.createPool(let number, let scheduler), nil): try xen.createCPUPool(number, scheduler: scheduler)
            case (.addCPU(let cpu, let pool), nil): try xen.addCPU(cpu, toPool: pool)
            case (.removeCPU(let cpu, let pool), nil): try xen.removeCPU(cpu, fromPool: pool)
            case (_, let domid?): try xen.apply(change, toDomain: domid)
            case (_, nil): throw HypercallError(change.operation, code: ErrorCode.noSuchDomain)
            }
        }
        if let meddling { meddling(&self, change) }
    }

    private mutating func apply(_ change: HypervisorChange, toDomain domid: DomainID) throws(HypercallError) {
        switch change {
        case .maxVCPUs(let count): try setMaxVCPUs(domid, count: count)
        case .maxMemory(let kibibytes): try setMaxMemory(domid, kibibytes: kibibytes)
        case .handle(let handle): try setHandle(domid, handle)
        case .affinity(let vcpu, let hard, let soft): try setAffinity(domid, vcpu: vcpu, hard: hard, soft: soft)
        case .nodeAffinity(let nodes): try setNodeAffinity(domid, nodes)
        case .credit2(let weight, let cap): try setCredit2(domid, weight: weight, cap: cap)
        case .credit(let weight, let cap): try setCredit(domid, weight: weight, cap: cap)
        case .rtds(let parameters): try setRTDS(domid, parameters)
        case .permitPorts(let ports): try permitPorts(domid, ports)
        case .mapPorts(let ports): try mapPorts(domid, ports)
        case .permitMemory(let memory): try permitMemory(domid, memory)
        case .mapMemory(let memory): try mapMemory(domid, memory)
        case .permitInterrupt(let gsi): try permitInterrupt(domid, gsi: gsi)
        case .tscMode(let mode): try setTSCMode(domid, mode)
        case .parameter(let setting): try setParameter(domid, setting)
        case .cpuid(let leaf, let registers): try setCPUID(domid, leaf, registers)
        case .relabel(let securityID): try relabel(domid, securityID: securityID)
        case .testAssign(let device): try testAssign(domid, device)
        case .assign(let device): try assign(domid, device)
        case .seedGrant(let grant): try seedGrant(domid, grant)
        case .moveToPool(let pool): try moveDomain(domid, toPool: pool)
        case .shutDownHost(let reboot): try shutDownHost(hardwareDomain: domid, reboot: reboot)
        case .createPool, .addCPU, .removeCPU:
            throw HypercallError(change.operation, domid, code: ErrorCode.invalid)
        }
    }
}
