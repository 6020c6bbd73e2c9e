// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Platform

extension Line {
    /// What the console says of it.
    public mutating func append(_ refusal: PlanRefusal) {
        switch refusal {
        case .pinnedDigest, .policyBelowLeast, .tpmRequired, .unhashableBank, .noActiveBank, .resettablePCR,
            .localityPCR, .dynamicPCRNotBegun, .usedPCR:
            append(trust: refusal)
        case .otherProcess, .inheritedDescriptor, .noBootDomain, .secondRunningDomain, .shutdownOfHardwareDomain,
            .noXenstored, .shutdownOfStore:
            append(bootDomain: refusal)
        default:
            append(domain: refusal)
        }
    }

    private mutating func append(trust refusal: PlanRefusal) {
        switch refusal {
        case .pinnedDigest(let expected, let actual):
            append("the LCM is not the pinned one: SHA-256 ")
            append(hexBytes: actual.bytes)
            append(", domb.lcm= says ")
            append(hexBytes: expected.bytes)
        case .policyBelowLeast(let asked, let least):
            append("the LCM asks for TPM policy ")
            append(asked.name)
            append(", domb.tpm= demands at least ")
            append(least.name)
        case .tpmRequired(let error):
            append("the TPM policy is require, and no TPM answers: ")
            append(error)
        case .unhashableBank(let algorithm):
            append("the TPM has an active bank that DomB cannot hash, TPM_ALG_ID ")
            append(hex: UInt64(algorithm))
        case .noActiveBank: append("the TPM has no active bank for this PCR")
        case .resettablePCR(let pcr):
            append("PCR ", Int(pcr.rawValue), " can be reset by software: no place for evidence")
        case .localityPCR(let pcr, let error):
            append("PCR ", Int(pcr.rawValue), " takes extends from locality 2 only, which this system does not give: ")
            append(error)
        case .dynamicPCRNotBegun(let pcr):
            append("PCR ", Int(pcr.rawValue), " is not zero: no dynamic launch has begun it")
        case .usedPCR(let pcr):
            append(
                "PCR ", Int(pcr.rawValue), " is in use since the TPM's reset, by an earlier launch or another program")
        default: break
        }
    }

    private mutating func append(bootDomain refusal: PlanRefusal) {
        switch refusal {
        case .otherProcess(let process):
            append("process ", Int(process), " runs in the boot domain, and the LCM does not name it")
        case .inheritedDescriptor(let descriptor):
            append("file descriptor ", Int(descriptor), " was open when DomB started")
        case .noBootDomain: append("every running domain is one that the LCM names: which one is the boot domain?")
        case .secondRunningDomain(let first, let second):
            append("domains ", Int(first.rawValue), " and ", Int(second.rawValue), " run, and the LCM names neither")
        case .shutdownOfHardwareDomain:
            append("handoff shutdown: the boot domain is the hardware domain, so its shutdown would halt the host")
        case .noXenstored: append("no process of the boot domain runs the program that the LCM's domb,xenstored names")
        case .shutdownOfStore:
            append("handoff shutdown: xenstored is a process of the boot domain and would end with it")
        default: break
        }
    }

    /// "4096 KiB", of pages of 4 KiB.
    private mutating func append(kibibytes pages: UInt64) {
        append(decimal: pages.multipliedReportingOverflow(by: 4).partialValue)
        append(" KiB")
    }

    private mutating func append(domain refusal: PlanRefusal) {
        switch refusal {
        case .cycle(let names):
            append("dependency cycle: ")
            for name in names {
                append(escaped: name)
                append(" -> ")
            }
            append(escaped: names.first ?? [])
        case .logRegion: append("domb,log-region lies over its kernel")
        case .recoveryDependency: append("it depends on the Recovery Domain, which a good launch never runs")
        case .secondRecovery: append("it is a second Recovery Domain: which one is to run?")
        case .recoveryConduct:
            append("the Recovery Domain runs after a failure: it can have no depends-on, ready or on-failure")
        case .noRecovery: append("on-failure recover, and the LCM has no Recovery Domain")
        case .noXenstore: append("ready by a node of xenstore, and the LCM has no domb,xenstored")
        case .noStoreRing: append("ready by a node of its own, and it has no ring to xenstore (xen,enhanced)")
        case .hardwareShutdown: append("ready by its shutdown, and that of the hardware domain halts the host")
        case .ambiguous: append("its domain-uuid or its domid is another domain's, too")
        case .toolstackDevices: append("xen,enhanced and PV devices: a toolstack has made them, and DomB would again")
        case .toolstackRole: append("its role is not one that a toolstack can give")
        case .missing: append("it is in the LCM, and Xen has no such domain")
        case .unnamed: append("it exists, and the LCM does not name it")
        case .notPaused: append("it runs already")
        case .alreadyRan: append("it is paused, but it ran before")
        case .shutDown: append("it is shut down or dying")
        case .notHVM: append("it is a PV domain, and the LCM says PVH")
        case .unsupportedMode(_, let mode):
            append("mode ")
            append(mode.name)
            append(" cannot be measured by this version")
        case .memory(_, let expected, let actual):
            append("it owns ", Int(clamping: actual), " KiB, the LCM says ", Int(clamping: expected))
        case .handle: append("its handle is not the LCM's domain-uuid")
        case .unknownPlace: append("the LCM does not say where its kernel lies (domb,load)")
        case .unmeasurableModule(_, let kind):
            append("it has a module of kind ")
            append(kind.name)
            append(", which is the hypervisor's and not a domain's")
        case .configuration(_, let conflict): append(conflict)
        case .cpupool(let conflict): append(conflict)
        case .memoryBudget(let memory):
            append("the domains own ")
            append(kibibytes: memory.built)
            append(" and by mem-max may grow by ")
            append(kibibytes: memory.growth)
            append(", and the host has ")
            append(kibibytes: memory.free)
            append(" free")
        default: break
        }
    }
}
