// SPDX-License-Identifier: Apache-2.0

import Platform

extension Machine where Host: ~Copyable, Store: ~Copyable, Log: ~Copyable {
    public mutating func cpupools() throws(HypercallError) -> [CPUPool] {
        try traced(.getCPUPool) { (host) throws(HypercallError) in try host.cpupools() }
    }

    public mutating func createCPUPool(
        _ number: UInt32, scheduler: HypervisorFacts.Scheduler
    ) throws(HypercallError) {
        try traced(.createCPUPool) { (host) throws(HypercallError) in
            try host.createCPUPool(number, scheduler: scheduler)
        }
    }

    public mutating func addCPU(_ cpu: UInt32, toPool number: UInt32) throws(HypercallError) {
        try traced(.addPoolCPU) { (host) throws(HypercallError) in try host.addCPU(cpu, toPool: number) }
    }

    public mutating func removeCPU(_ cpu: UInt32, fromPool number: UInt32) throws(HypercallError) {
        try traced(.removePoolCPU) { (host) throws(HypercallError) in try host.removeCPU(cpu, fromPool: number) }
    }

    public mutating func moveDomain(_ domid: DomainID, toPool number: UInt32) throws(HypercallError) {
        try traced(.moveToPool, domid) { (host) throws(HypercallError) in
            try host.moveDomain(domid, toPool: number)
        }
    }
}
