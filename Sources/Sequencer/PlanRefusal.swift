// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

/// Why a launch is refused before it has any effect.
public enum PlanRefusal: Error, Equatable, Sendable {
    // The LCM against the command line.
    case pinnedDigest(expected: Digest, actual: Digest)
    case policyBelowLeast(asked: TPMPolicy, least: TPMPolicy)
    /// The LCM is meant for another PCR than the command line's.
    case otherPCR(named: PCRIndex, PCRIndex)
    // The TPM.
    case tpmRequired(TPMError)
    case unhashableBank(UInt16)
    case noActiveBank
    case localityPCR(PCRIndex, TPMError)
    case dynamicPCRNotBegun(PCRIndex)
    /// Of a command: somebody has extended it since the TPM's reset.
    case usedPCR(PCRIndex)
    /// Of a boot without an LCM: the PCR cannot be closed.
    case openPCR(PCRIndex)
    // The boot domain.
    case otherProcess(UInt32)
    case inheritedDescriptor(UInt32)
    case noBootDomain
    /// Two domains run that the LCM does not name.
    case secondRunningDomain(DomainID, DomainID)
    /// The boot domain's own shutdown would halt the host.
    case shutdownOfHardwareDomain
    /// The LCM's handoff, or a boot without one, is to run a program that the command line does not allow.
    case nextInit(asked: [UInt8], allowed: [UInt8]?)
    /// No process runs whose program is the LCM's xenstored.
    case noXenstored
    /// The boot domain's shutdown would end xenstored.
    case shutdownOfStore
    // The domains against the LCM.
    case cycle([[UInt8]])
    /// Its place for the log lies over its kernel.
    case logRegion(DomainID)
    case recoveryDependency(DomainID)
    /// A second Recovery Domain: which is to run?
    case secondRecovery(DomainID)
    /// A Recovery Domain that waits for others, or is waited for, or has an answer to its own failure.
    case recoveryConduct(DomainID)
    /// Its failure is to be answered by a Recovery Domain, and there is none.
    case noRecovery(DomainID)
    /// It is ready once a node is there, and the LCM names no xenstored.
    case noXenstore(DomainID)
    /// It is to write that node itself, and has no ring.
    case noStoreRing(DomainID)
    /// It is ready once it has shut down, and that would halt the host.
    case hardwareShutdown(DomainID)
    /// Of a command: two domains have its UUID, or by UUID and domid it is the same as another one of the LCM.
    case ambiguous(DomainID)
    /// Of a command: its ring and devices are the toolstack's to make.
    case toolstackDevices(DomainID)
    /// Of a command: a role that no toolstack can give.
    case toolstackRole(DomainID)
    case missing(DomainID)
    case unnamed(DomainID)
    case notPaused(DomainID)
    case alreadyRan(DomainID)
    case shutDown(DomainID)
    case notHVM(DomainID)
    case unsupportedMode(DomainID, DomainMode)
    /// In KiB.
    case memory(DomainID, expected: UInt64, actual: UInt64)
    case handle(DomainID)
    case unknownPlace(DomainID)
    case unmeasurableModule(DomainID, OtherModule.Kind)
    case configuration(DomainID, ConfigConflict)
    case cpupool(CPUPoolConflict)
    /// The domains' `mem-max` cannot all be had.
    case memoryBudget(MemoryBudget)

    /// The domain that it is about.
    public var domid: DomainID? {
        switch self {
        case .recoveryDependency(let domid), .missing(let domid), .unnamed(let domid), .notPaused(let domid),
            .alreadyRan(let domid), .shutDown(let domid), .notHVM(let domid), .unsupportedMode(let domid, _),
            .memory(let domid, _, _), .handle(let domid), .unknownPlace(let domid), .unmeasurableModule(let domid, _),
            .logRegion(let domid), .secondRecovery(let domid), .recoveryConduct(let domid), .noRecovery(let domid),
            .noXenstore(let domid), .noStoreRing(let domid), .hardwareShutdown(let domid),
            .ambiguous(let domid), .toolstackDevices(let domid), .toolstackRole(let domid),
            .configuration(let domid, _):
            domid
        default: nil
        }
    }
}
