// SPDX-License-Identifier: Apache-2.0

import CXenShim
import Platform

extension XenctrlHypervisor {
    public mutating func cpupools() throws(HypercallError) -> [CPUPool] {
        var pools: [CPUPool] = []
        var next: UInt32 = 0
        while true {
            var entry = domb_cpupool()
            // Xen's largest NR_CPUS is 16383.
            var words = [UInt64](repeating: 0, count: 256)
            // Safety: structure and array are ours, the array has the capacity given, and both live through the call.
            let result = unsafe words.withUnsafeMutableBufferPointer {
                unsafe domb_xc_cpupool_getinfo(handle, next, &entry, $0.baseAddress, $0.count)
            }
            // ENOENT: no pool has this number or a greater one.
            if result == -2 { return pools }
            try check(.getCPUPool, nil, result)
            pools.append(
                CPUPool(
                    number: entry.number, scheduler: HypervisorFacts.Scheduler(number: entry.scheduler),
                    cpus: CPUSet(words: words)))
            guard entry.number < .max else { return pools }
            next = entry.number + 1
        }
    }

    public mutating func createCPUPool(
        _ number: UInt32, scheduler: HypervisorFacts.Scheduler
    ) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.createCPUPool, nil, unsafe domb_xc_cpupool_create(handle, number, scheduler.number))
    }

    public mutating func addCPU(_ cpu: UInt32, toPool number: UInt32) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.addPoolCPU, nil, unsafe domb_xc_cpupool_addcpu(handle, number, cpu))
    }

    public mutating func removeCPU(_ cpu: UInt32, fromPool number: UInt32) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.removePoolCPU, nil, unsafe domb_xc_cpupool_removecpu(handle, number, cpu))
    }

    public mutating func moveDomain(_ domid: DomainID, toPool number: UInt32) throws(HypercallError) {
        // Safety: the handle is open.
        try check(.moveToPool, domid, unsafe domb_xc_cpupool_movedomain(handle, number, UInt32(domid.rawValue)))
    }
}
