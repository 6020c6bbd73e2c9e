// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchDescription.Domain {
    /// "rtds-period" as a description has it: "rtds_period".
    static func key(_ key: StaticString) -> String { key.description.replacing("-", with: "_") }

    /// What a wrong value should have been.
    private static func form(_ key: String) -> String {
        switch key {
        case "cpupool": "a name of launch.cpupools"
        case "rtds-period", "rtds-budget":
            "microseconds, both of rtds_period and rtds_budget, from \(RTDSParameters.least) on, budget at most period"
        case "node-affinity": "a list of nodes, as in 0-1,3"
        case "ioports": "FIRST+COUNT, as in 0x3f8+8"
        case "iomem": "FRAME+COUNT@GUESTFRAME, as in 0xd0000+16@0xd0000"
        case "irqs": "numbers below \(Limits.interrupts)"
        case "tsc-mode": TSCMode.allCases.map { $0.name.description }.joined(separator: ", ")
        case "hvm-params":
            "NAME:VALUE with a name of "
                + HVMParameter.allCases.filter { $0.mayBe(0) }.map { $0.name.description }.joined(separator: ", ")
        case "event-channels": "PORT:REMOTE, as in 3:sensor, ascending by port, 1 to 4095"
        case "cpuid-clear":
            "in alphabetical order, of "
                + CPUFeature.allCases.map { $0.name.description }.sorted().joined(separator: ", ")
        case "label": "printable, without spaces, at most \(Limits.labelBytes) bytes"
        case "enhanced": "enabled, disabled or no-xenstore; a console, disks and vifs need it"
        case "console": "the name of a domain, or Domain-0"
        case "disks": "as in vdev=xvda,target=/dev/vg/root,access=rw,backend=storage"
        case "vifs": "as in mac=00:16:3e:00:00:01,bridge=xenbr0,backend=network"
        default: "functions as in 0000:03:00.0"
        }
    }

    /// Each a value, or a list of values.
    static func extended(_ section: DescriptionSection) -> ExtendedConfiguration {
        let source = SettingSource { key in
            section[Self.key(key)].flatMap { text($0, separator: separator(key.description)) }
        } report: { key, code in
            section[Self.key(key)]?.wrong("\(code.text); \(form(key.description))")
        }
        return ExtendedConfiguration(source)
    }

    /// What stands between items in DomB's text.
    private static func separator(_ key: String) -> String { key == "disks" || key == "vifs" ? ";" : "," }

    static func conduct(_ section: DescriptionSection) -> DomainConduct {
        let source = SettingSource { key in
            section[Self.key(key)].flatMap { $0.text }.map { Array($0.utf8) }
        } report: { key, code in
            section[Self.key(key)]?.wrong("\(code.text); \(conductForm(key.description))")
        }
        return DomainConduct(source)
    }

    private static func conductForm(_ key: String) -> String {
        switch key {
        case "ready": "unpaused, poweroff, or node with ready_node"
        case "ready-node": "a path of xenstore, with ready: node only"
        case "ready-value": "at most \(Limits.nodeValueBytes) bytes, with ready: node only"
        case "ready-timeout": "milliseconds, 1 to \(Limits.readyTimeout), where ready is not unpaused"
        default: "halt, recover or skip"
        }
    }

    private static func text(_ value: DescriptionValue, separator: String) -> [UInt8]? {
        guard value.node.scalar == nil else { return value.text.map { Array($0.utf8) } }
        return Array(value.items.compactMap { $0.text }.joined(separator: separator).utf8)
    }
}
