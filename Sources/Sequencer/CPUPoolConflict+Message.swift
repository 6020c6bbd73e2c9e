// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import Platform

extension CPUPoolConflict {
    /// "cpupool realtime: cpu 4, and the host has 4".
    var message: Line {
        switch self {
        case .missingCPU(let pool, let cpu, let online):
            "cpupool \(escaped: pool): cpu \(cpu), and the host has \(online)"
        case .bootCPU(let pool): "cpupool \(escaped: pool): cpu 0, which Xen leaves in pool 0"
        case .sharedCPU(let pool, let cpu): "cpupool \(escaped: pool): cpu \(cpu) is in a pool before it"
        case .noDomain(let pool): "cpupool \(escaped: pool): no domain is in it"
        case .tooManyVCPUs(let pool, let vcpus, let cpus):
            """
            cpupool \(escaped: pool): its domains have \(vcpus) vcpus, and the null scheduler runs no more than cpus: \
            \(cpus)
            """
        case .otherPool(let number): "the LCM has cpupools, and cpupool \(number) is there already"
        }
    }
}
