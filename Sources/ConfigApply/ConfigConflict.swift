// SPDX-License-Identifier: Apache-2.0

import Platform

/// Why a configuration cannot be applied on this host: known before the first hypercall.
public enum ConfigConflict: Error, Equatable, Sendable {
    /// An affinity names a cpu that is not online.
    case missingCPU(cpu: UInt32, online: UInt32)
    case emptyAffinity(vcpu: UInt32)
    /// An affinity names a vcpu that the domain does not have.
    case missingVCPU(vcpu: UInt32, vcpus: UInt32)
    /// Weight and cap are credit2's.
    case notCredit2
    /// The builder made more vcpus than the LCM says.
    case tooManyVCPUs(built: UInt32, wanted: UInt32)
}
