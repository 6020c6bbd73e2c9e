// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import Platform

extension Line {
    /// "cpupool realtime: cpu 4, and the host has 4".
    mutating func append(_ conflict: CPUPoolConflict) {
        switch conflict {
        case .missingCPU(let pool, let cpu, let online):
            append(pool: pool)
            append("cpu ", Int(cpu), ", and the host has ", Int(online))
        case .bootCPU(let pool):
            append(pool: pool)
            append("cpu 0, which Xen leaves in pool 0")
        case .sharedCPU(let pool, let cpu):
            append(pool: pool)
            append("cpu ", Int(cpu), " is in a pool before it")
        case .noDomain(let pool):
            append(pool: pool)
            append("no domain is in it")
        case .tooManyVCPUs(let pool, let vcpus, let cpus):
            append(pool: pool)
            append("its domains have ", Int(clamping: vcpus), " vcpus, and the null scheduler runs no more than cpus: ")
            append(decimal: Int64(cpus))
        case .otherPool(let number):
            append("the LCM has cpupools, and cpupool ", Int(number), " is there already")
        }
    }

    private mutating func append(pool name: [UInt8]) {
        append("cpupool ")
        append(escaped: name)
        append(": ")
    }
}
