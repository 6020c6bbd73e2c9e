// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import ConfigApply
import LaunchControl
import Platform
import Prediction
import Sequencer

/// What an LCM calls by its properties, in the words of a description.
enum DescriptionWords {
    /// Longer ones first: one may be the beginning of another.
    private static let properties: [(word: String, key: String)] = {
        var words: [(word: String, key: String)] = [("the LCM's", "the launch's"), ("the LCM", "the launch")]
        for key in SettingKey.allCases {
            let name = (key.schema.place == .launch ? "launch." : "") + key.yaml
            words.append((text(key.schema.property.bytes), name))
            if key.word.contains("-") { words.append((key.word, name)) }
        }
        return words.sorted { $0.word.count > $1.word.count }
    }()

    static func ofAuthor(_ words: String) -> String {
        properties.reduce(words) { words, property in
            words.contains(property.word) ? words.replacing(property.word, with: property.key) : words
        }
    }
}

extension PlanRefusal.Code {
    /// The keys of a description that say what is refused, the likeliest first.
    var keys: [String] {
        switch self {
        case .pinnedDigest: ["boot_domain.cmdline"]
        case .policyBelowLeast, .tpmRequired, .unhashableBank, .noActiveBank: ["launch.tpm"]
        case .otherPCR, .localityPCR, .dynamicPCRNotBegun, .usedPCR, .openPCR: ["launch.pcr"]
        case .otherProcess, .inheritedDescriptor, .noBootDomain, .secondRunningDomain: ["launch.handoff"]
        case .shutdownOfHardwareDomain, .shutdownOfXenstored: ["launch.handoff"]
        case .nextInit: ["launch.handoff_target"]
        case .noXenstored: ["launch.xenstored"]
        case .cycle, .recoveryDependency: ["depends_on"]
        case .logRegion: ["log_region"]
        case .secondRecovery, .toolstackRole: ["roles"]
        case .recoveryConduct: ["depends_on", "ready", "on_failure"]
        case .noRecovery: ["on_failure"]
        case .noXenstore, .noXenstoreRing: ["ready_node", "ready"]
        case .hardwareShutdown: ["ready"]
        case .ambiguous: ["uuid", "domid"]
        case .toolstackDevices: ["enhanced"]
        case .missing, .unnamed, .notPaused, .alreadyRan, .shutDown, .notHVM, .reservedName: ["name"]
        case .unsupportedMode, .notPV, .notForPV: ["mode"]
        case .memory, .partialPage, .kernelOutsideMemory, .tooLittleMemory: ["memory"]
        case .handle, .sameHandle: ["uuid"]
        case .unknownPlace, .unmeasurableModule: ["kernel"]
        case .vcpus: ["vcpus"]
        case .sharedDisk: ["disks"]
        case .sameAddress: ["vifs"]
        case .configuration(let conflict): conflict.keys
        case .cpupool: ["launch.cpupools"]
        case .memoryBudget: ["mem_max"]
        }
    }

    /// The domains that the message has by their domids.
    var others: [DomainID] {
        guard case .configuration(let conflict) = self else { return [] }
        switch conflict {
        case .backendWithoutXenstore(let other), .shared(_, _, let other): return [other]
        case .missingCPU, .affinityOutsidePool, .emptyAffinity, .missingVCPU, .tooManyVCPUs, .missingNode, .notCredit,
            .capBeyondVCPUs, .notRTDS, .hardwareRoleMoved, .memoryOverRAM, .memoryOverHostRAM, .noFLASK, .noIOMMU,
            .noXenstore:
            return []
        }
    }
}

extension ConfigConflict {
    fileprivate var keys: [String] {
        switch self {
        case .missingCPU, .affinityOutsidePool, .emptyAffinity, .missingVCPU: ["affinity"]
        case .tooManyVCPUs: ["vcpus"]
        case .missingNode: ["node_affinity"]
        case .notCredit: ["weight", "cap"]
        case .capBeyondVCPUs: ["cap"]
        case .notRTDS: ["rtds_period"]
        case .hardwareRoleMoved: ["ioports", "iomem", "irqs"]
        case .memoryOverRAM, .memoryOverHostRAM: ["iomem"]
        case .noFLASK: ["label"]
        case .noIOMMU: ["pci"]
        case .noXenstore: ["enhanced"]
        case .backendWithoutXenstore: ["console", "disks", "vifs"]
        case .shared(let key, _, _): [key.yaml]
        }
    }
}

extension Refusal.Reason {
    var keys: [String] {
        switch self {
        case .control, .legacyDom0, .xenstore, .console, .hardware: ["roles"]
        case .mode: ["mode"]
        case .unwantedHardware: ["xen.options"]
        case .domidOfBootDomain: ["domid"]
        case .vcpus: ["vcpus"]
        case .memory: ["memory"]
        case .unnumberedImage, .missingImage, .unknownKernel: ["kernel"]
        case .commandLine: ["cmdline"]
        case .tooManyModules: ["ramdisk"]
        }
    }
}

extension BuildRefusal {
    var keys: [String] {
        switch self {
        case .tooLittleMemory, .tooLittlePVMemory, .unmodelledMemory: ["memory"]
        case .unalignedKernel, .entryOutside, .symbols, .tooLarge, .noPVHKernel, .noPVKernel, .hypercallPage,
            .overlappingMappings:
            ["kernel"]
        case .emptyModule, .unmodelledModules: ["ramdisk"]
        case .unmodelledMode: ["mode"]
        }
    }
}
