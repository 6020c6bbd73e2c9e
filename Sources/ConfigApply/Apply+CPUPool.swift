// SPDX-License-Identifier: Apache-2.0

import Platform

extension ConfigOperation {
    /// Makes the pool of cpus that pool 0 gives up, if it is the first domain's turn, and moves the domain there.
    func pooled<Host: Hypervisor & ~Copyable>(
        _ domid: DomainID, _ pool: CPUPool, creating: Bool, on hypervisor: inout Host
    ) throws(HypercallError) -> Bool {
        if creating {
            try hypervisor.apply(.createPool(pool.number, pool.scheduler), to: nil)
            for cpu in pool.cpus.members {
                try hypervisor.apply(.removeCPU(cpu, pool: 0), to: nil)
                try hypervisor.apply(.addCPU(cpu, pool: pool.number), to: nil)
            }
            let made = try hypervisor.cpupools().first { $0.number == pool.number }
            guard made?.scheduler == pool.scheduler, made?.cpus == pool.cpus else { return false }
        }
        try hypervisor.apply(.moveToPool(pool.number), to: domid)
        return try hypervisor.domainInfo(domid).cpupool == pool.number
    }
}
