// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Everything that DomB may change of a domain before it runs. The list is closed: no hypercall number, and no
/// operation that is not here, comes from an LCM (I5).
public enum ConfigOperation: Equatable, Sendable {
    /// `cpus`: creates the vcpus that the builder left out. The corresponding C function is `xc_domain_max_vcpus`.
    case vcpus(UInt32)
    /// `mem-max` in KiB. The corresponding C function is `xc_domain_setmaxmem`.
    case maxMemory(kibibytes: UInt64)
    /// `hard-affinity`, `domb,soft-affinity`. The corresponding C function is `xc_vcpu_setaffinity`.
    case affinity(VCPUAffinity)
    /// `domb,weight`, `domb,cap`. The corresponding C function is `xc_sched_credit2_domain_set`.
    case credit2(weight: UInt16?, cap: UInt16?)
    /// `domain-uuid`. The corresponding C function is `xc_domain_sethandle`.
    case handle(DomainHandle)

    public enum Moment: Sendable {
        /// It changes vcpu state or memory, which the measurement answers for.
        case beforeMeasuring
        case afterMeasuring
    }

    public var moment: Moment {
        switch self {
        case .vcpus: .beforeMeasuring
        case .maxMemory, .affinity, .credit2, .handle: .afterMeasuring
        }
    }

    /// The LCM's word for it.
    public var name: StaticString {
        switch self {
        case .vcpus: "cpus"
        case .maxMemory: "mem-max"
        case .affinity: "affinity"
        case .credit2: "weight and cap"
        case .handle: "domain-uuid"
        }
    }
}
