// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

extension PlanRefusal {
    /// What the console says of it.
    public var message: Line {
        switch self {
        case .pinnedDigest, .policyBelowLeast, .otherPCR, .tpmRequired, .unhashableBank, .noActiveBank, .localityPCR,
            .dynamicPCRNotBegun, .usedPCR, .openPCR:
            trustMessage
        case .otherProcess, .inheritedDescriptor, .noBootDomain, .secondRunningDomain, .shutdownOfHardwareDomain,
            .nextInit, .noXenstored, .shutdownOfStore:
            bootDomainMessage
        default: domainMessage
        }
    }

    private var trustMessage: Line {
        switch self {
        case .pinnedDigest(let expected, let actual):
            """
            the LCM is not the pinned one: SHA-256 \(hexBytes: actual.bytes), domb.lcm= says \(hexBytes: expected.bytes)
            """
        case .policyBelowLeast(let asked, let least):
            "the LCM asks for TPM policy \(asked.name), domb.tpm= demands at least \(least.name)"
        case .otherPCR(let named, let pcr):
            "the LCM names PCR \(named.rawValue), the command line PCR \(pcr.rawValue) (domb.pcr=, 11 without it)"
        case .tpmRequired(let error): "the TPM policy is require, and no TPM answers: \(error.message)"
        case .unhashableBank(let algorithm):
            "the TPM has an active bank that DomB cannot hash, TPM_ALG_ID \(hex: algorithm)"
        case .noActiveBank: "the TPM has no active bank for this PCR"
        case .localityPCR(let pcr, let error):
            """
            PCR \(pcr.rawValue) takes extends from locality 2 only, which this system does not give: \(error.message)
            """
        case .dynamicPCRNotBegun(let pcr): "PCR \(pcr.rawValue) is not zero: no dynamic launch has begun it"
        case .usedPCR(let pcr):
            "PCR \(pcr.rawValue) is in use since the TPM's reset, by an earlier launch or another program"
        case .openPCR(let pcr):
            "PCR \(pcr.rawValue) could not be closed: what comes could extend into it what a good launch does"
        default: Line()
        }
    }

    private var bootDomainMessage: Line {
        switch self {
        case .otherProcess(let process):
            "process \(process) runs in the boot domain, and the LCM does not name it"
        case .inheritedDescriptor(let descriptor): "file descriptor \(descriptor) was open when DomB started"
        case .noBootDomain: "every running domain is one that the LCM names: which one is the boot domain?"
        case .secondRunningDomain(let first, let second):
            "domains \(first) and \(second) run, and the LCM names neither"
        case .shutdownOfHardwareDomain:
            "handoff shutdown: the boot domain is the hardware domain, so its shutdown would halt the host"
        case .nextInit(let asked, .some(let allowed)):
            "the next init is to be \(escaped: asked), and the command line allows \(escaped: allowed) alone (domb.exec=)"
        case .nextInit(let asked, .none):
            "the next init is to be \(escaped: asked), and the command line allows none (domb.exec=)"
        case .noXenstored: "no process of the boot domain runs the program that the LCM's domb,xenstored names"
        case .shutdownOfStore: "handoff shutdown: xenstored is a process of the boot domain and would end with it"
        default: Line()
        }
    }

    private var domainMessage: Line {
        switch self {
        case .cycle(let names):
            "dependency cycle: \(Line(excerpt: names + names.prefix(1), separator: " -> ") { "\(escaped: $0)" })"
        case .logRegion: "domb,log-region lies over its kernel"
        case .recoveryDependency: "it depends on the Recovery Domain, which a good launch never runs"
        case .secondRecovery: "it is a second Recovery Domain: which one is to run?"
        case .recoveryConduct:
            "the Recovery Domain runs after a failure: it can have no depends-on, ready or on-failure"
        case .noRecovery: "on-failure recover, and the LCM has no Recovery Domain"
        case .noXenstore: "ready by a node of xenstore, and the LCM has no domb,xenstored"
        case .noStoreRing: "ready by a node of its own, and it has no ring to xenstore (xen,enhanced)"
        case .hardwareShutdown: "ready by its shutdown, and that of the hardware domain halts the host"
        case .ambiguous: "its domain-uuid or its domid is another domain's, too"
        case .toolstackDevices: "xen,enhanced and PV devices: a toolstack has made them, and DomB would again"
        case .toolstackRole: "its role is not one that a toolstack can give"
        case .missing: "it is in the LCM, and Xen has no such domain"
        case .unnamed: "it exists, and the LCM does not name it"
        case .notPaused: "it runs already"
        case .alreadyRan: "it is paused, but it ran before"
        case .shutDown: "it is shut down or dying"
        case .notHVM: "it is a PV domain, and the LCM says PVH"
        case .unsupportedMode(_, let mode): "mode \(mode.name) cannot be measured by this version"
        case .memory(_, let expected, let actual): "it owns \(actual) KiB, the LCM says \(expected)"
        case .handle: "its handle is not the LCM's domain-uuid"
        case .unknownPlace: "the LCM does not say where its kernel lies (domb,load)"
        case .unmeasurableModule(_, let kind):
            "it has a module of kind \(kind.name), which is the hypervisor's and not a domain's"
        case .configuration(_, let conflict): conflict.message
        case .cpupool(let conflict): conflict.message
        case .memoryBudget(let memory): memory.message
        default: Line()
        }
    }
}

extension MemoryBudget {
    fileprivate var message: Line {
        """
        the domains own \(Self.kibibytes(built)) and by mem-max may grow by \(Self.kibibytes(growth)), and the host has \
        \(Self.kibibytes(free)) free
        """
    }

    /// "4096 KiB", of pages of 4 KiB.
    private static func kibibytes(_ pages: UInt64) -> Line {
        "\(pages.multipliedReportingOverflow(by: 4).partialValue) KiB"
    }
}
