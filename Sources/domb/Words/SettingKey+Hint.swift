// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension SettingKey {
    /// What a value of the key looks like: for whoever wrote another, and for the tables of docs/lcm.md.
    var hint: String {
        switch self {
        case .cpupool: "a name of launch.cpupools"
        case .rtdsPeriod, .rtdsBudget:
            "microseconds, both of rtds_period and rtds_budget, from \(RTDSParameters.least) on, budget at most period"
        case .nodeAffinity: "a list of nodes, as in 0-1,3"
        case .ioports: "FIRST+COUNT, as in 0x3f8+8"
        case .iomem: "FRAME+COUNT@GUESTFRAME, as in 0xd0000+16@0xd0000"
        case .irqs: "numbers below \(Limits.interrupts)"
        case .tscMode: TSCMode.allCases.map { $0.name.description }.joined(separator: ", ")
        case .hvmParams:
            "NAME:VALUE with a name of "
                + HVMParameter.allCases.filter { $0.mayBe(0) }.map { $0.name.description }.joined(separator: ", ")
        case .eventChannels: "PORT:REMOTE, as in 3:sensor, ascending by port, 1 to 4095"
        case .cpuidClear:
            "in alphabetical order, of "
                + CPUFeature.allCases.map { $0.name.description }.sorted().joined(separator: ", ")
        case .label: "printable, without spaces, at most \(Limits.labelBytes) bytes"
        case .enhanced: "enabled, disabled or no-xenstore; a console, disks and vifs need it"
        case .console: "the name of a domain, or Domain-0"
        case .disks: "as in vdev=xvda,target=/dev/vg/root,access=rw,backend=storage"
        case .vifs: "as in mac=00:16:3e:00:00:01,bridge=xenbr0,backend=network"
        case .pci: "functions as in 0000:03:00.0"
        case .memMax: "a size, at least that of memory"
        case .hardAffinity, .softAffinity: "VCPU:CPUS, as in 0:0-3,5, ascending by vcpu"
        case .cap: "0 to 65535, percent of one cpu, 0 for none"
        case .uuid: "32 hexadecimal digits"
        case .name: "1 to \(Limits.nameBytes) printable characters"
        case .dependsOn: "names of other domains"
        case .logRegion: "ADDRESS+SIZE in whole pages, as in 0x3000000+0x10000"
        case .ready: "unpaused, poweroff, or node with ready_node"
        case .readyNode: "a path of xenstore, with ready: node only"
        case .readyValue: "at most \(Limits.nodeValueBytes) bytes, with ready: node only"
        case .readyTimeout: "milliseconds, 1 to \(Limits.readyTimeout), where ready is not unpaused"
        case .onFailure: "halt, recover or skip"
        case .load: "ADDRESS+SIZE of each segment"
        case .size, .ramdiskSize: "bytes"
        case .digest, .kernelDigest, .ramdiskDigest, .xenstored: "sha256: and 64 hexadecimal digits"
        case .bootargs: "a command line"
        case .pcr: "0 to \(PCRIndex.count - 1)"
        case .tpm: "require, warn or off"
        case .coverage: "images or all"
        case .handoff: "shutdown, exec or park"
        case .handoffTarget: "an absolute path, with handoff exec"
        case .builder: "toolstack or hypervisor"
        case .cpupools: "NAME:SCHEDULER:CPUS, as in realtime:rtds:2-3"
        default: schema.range.map { "\($0.lowerBound) to \($0.upperBound)" } ?? ""
        }
    }
}

extension ParseError {
    /// Every property of DomB's own.
    static let dombProperties =
        (SettingKey.keys(in: .launch) + SettingKey.keys(in: .domain, .vcpu, .module, .moduleNode)).map {
            text($0.schema.property.bytes)
        }
        .filter { $0.hasPrefix("domb,") }
    /// The words of an xLCM's texts.
    private static let textKeys = (SettingKey.keys(in: .launch) + SettingKey.ofText).map { $0.word }

    /// The name that an unknown one may have been meant for.
    var suggestion: String? {
        guard code == .unknownDombProperty, let colon = place.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = String(decoding: place[(colon + 1)...], as: UTF8.self)
        return NearName.suggestion(for: name, among: name.hasPrefix("domb,") ? Self.dombProperties : Self.textKeys)
    }
}
