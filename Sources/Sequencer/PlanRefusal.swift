// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

/// Why a launch is refused before it has any effect: a code for programs, and words that stand where it is refused.
public struct PlanRefusal: Error, Sendable {
    /// Which rule it is. domb's reports name it by its case, so a case keeps its name.
    public enum Code: Equatable, Sendable {
        // The LCM against the command line.
        case pinnedDigest, policyBelowLeast, otherPCR
        // The TPM.
        case tpmRequired, unhashableBank, noActiveBank, localityPCR, dynamicPCRNotBegun, usedPCR, openPCR
        // The boot domain.
        case otherProcess, inheritedDescriptor, noBootDomain, secondRunningDomain, shutdownOfHardwareDomain, nextInit,
            noXenstored, shutdownOfXenstored
        // The domains against the LCM.
        case cycle, logRegion, recoveryDependency, secondRecovery, recoveryConduct, noRecovery, noXenstore,
            noXenstoreRing,
            hardwareShutdown, ambiguous, toolstackDevices, toolstackRole, missing, unnamed, notPaused, alreadyRan,
            shutDown, notHVM, notPV, unsupportedMode, memory, handle, unknownPlace, unmeasurableModule
        // What the LCM alone tells: LaunchRules.swift.
        case reservedName, partialPage, vcpus, kernelOutsideMemory, tooLittleMemory, sameHandle, sharedDisk,
            sameAddress,
            notForPV
        case configuration(ConfigConflict)
        case cpupool(CPUPoolConflict)
        /// The domains' `mem-max` cannot all be had.
        case memoryBudget
    }

    /// Which rule.
    public let code: Code
    /// The domain that it is about; `nil` where it is no domain's.
    public let domid: DomainID?
    /// What the console says of it.
    public let message: Line

    /// `message`: with the values that contradict each other, and without the domain, which is told before it.
    public init(_ code: Code, domid: DomainID? = nil, _ message: Line) {
        self.code = code
        self.domid = domid
        self.message = message
    }
}

extension PlanRefusal: Equatable {
    /// By rule and domain: the words are for people.
    public static func == (left: PlanRefusal, right: PlanRefusal) -> Bool {
        left.code == right.code && left.domid == right.domid
    }
}
