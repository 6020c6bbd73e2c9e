// SPDX-License-Identifier: Apache-2.0

import LaunchControl

/// What a part of a domain's memory is to it. The numbers stand in the event log.
public enum RegionRole: UInt32, CaseIterable, Sendable {
    case kernel = 1
    case ramdisk = 2
    case deviceTree = 3
    case config = 4
    /// `struct hvm_start_info`, and the module list that it points at.
    case startInfo = 5
    /// The memory map that the start info points at.
    case memoryMap = 6
    /// The pages that the memory map gives to ACPI tables.
    case acpi = 7
    /// HVM_PARAM_IDENT_PT: the page table with which a domain without paging runs under Intel's EPT.
    case identityPageTable = 8
    /// Where DomB leaves the log: `domb,log-region`.
    case log = 9
    /// The kernel's command line: the record has its text instead of a digest.
    case commandLine = 10
    /// XENCONSOLE_DISCONNECTED in the PV console's ring: libxenguest writes it from Xen 4.21 on.
    case consoleMark = 11
    /// A PV domain's list of its machine frames; the digest is that of how many they are.
    case frameList = 12
    /// A PV domain's page tables; the digest is that of their canonical form.
    case pageTables = 13
    /// The page of a ring, which its other end may write from the handoff on: never in a record.
    case ring = 14

    /// In words, for people.
    public var name: StaticString {
        switch self {
        case .kernel: "kernel"
        case .ramdisk: "ramdisk"
        case .deviceTree: "device-tree"
        case .config: "config"
        case .startInfo: "start-info"
        case .memoryMap: "memory-map"
        case .acpi: "acpi"
        case .identityPageTable: "identity-page-table"
        case .log: "log"
        case .commandLine: "command-line"
        case .consoleMark: "console-mark"
        case .frameList: "frame-list"
        case .pageTables: "page-tables"
        case .ring: "ring"
        }
    }
}

extension DomainDescription {
    /// The modules that the start info lists, in its order: the ramdisk first, then the others as the LCM has them.
    var startInfoModules: [(role: RegionRole, image: ImageReference)] {
        var modules = ramdisk.map { [(role: RegionRole.ramdisk, image: $0)] } ?? []
        for module in otherModules where module.isDomains {
            modules.append((module.kind == .deviceTree ? .deviceTree : .config, module.image))
        }
        return modules
    }
}
