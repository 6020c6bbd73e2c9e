// SPDX-License-Identifier: Apache-2.0

import Platform

extension ConfigOperation {
    /// Makes the pool of cpus that pool 0 gives up, if it is the first domain's turn, and moves the domain there.
    func pooled<Host: Hypervisor & ~Copyable>(
        _ domid: DomainID, _ pool: CPUPool, creating: Bool, on hypervisor: inout Host
    ) throws(HypercallError) -> Bool {
        if creating {
            try hypervisor.createCPUPool(pool.number, scheduler: pool.scheduler)
            var cpu: UInt32 = 0
            while let highest = pool.cpus.highest, cpu <= highest {
                if pool.cpus.contains(cpu) {
                    try hypervisor.removeCPU(cpu, fromPool: 0)
                    try hypervisor.addCPU(cpu, toPool: pool.number)
                }
                cpu += 1
            }
            let made = try hypervisor.cpupools().first { $0.number == pool.number }
            guard made?.scheduler == pool.scheduler, made?.cpus == pool.cpus else { return false }
        }
        try hypervisor.moveDomain(domid, toPool: pool.number)
        return try hypervisor.domainInfo(domid).cpupool == pool.number
    }
}
